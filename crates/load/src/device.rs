//! A device: keys, certificate, registration over HTTP with the console's code, session.

use crate::http::Http;
use crate::served::Served;
use anyhow::{Context, Result, ensure};
use identity::cert::{CertFields, issue_own_cert};
use identity::session::sign_session_challenge;
use identity::{AccountKey, DeviceKey, DeviceRole, VerifiedDeviceList};
use prost::Message;
use proto::account::{
    Challenge, OpenSession, OpenSessionOk, Register, RegisterOk, RequestCode, RequestCodeOk, VerifyCode, VerifyCodeOk,
};
use proto::ids::{DeviceAddress, DeviceNumber, Lease, ServerId};
use proto::wire;
use std::time::{SystemTime, UNIX_EPOCH};

/// The phone of an account of its own, with a session.
pub struct Device {
    pub address: DeviceAddress,
    pub key: DeviceKey,
    /// The leaf's credential: a signed certificate.
    pub credential: Vec<u8>,
    pub token: Vec<u8>,
}

/// Bytes of the system's generator.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

/// The machine's clock.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or_default()
}

impl Device {
    /// A new account under this number: code, ticket, registration, session.
    pub async fn register(http: &mut Http, served: &Served, server: ServerId, number: &str) -> Result<Self> {
        let (account_key, key) = (AccountKey::from_bytes(&random()), DeviceKey::from_bytes(&random()));
        let issued_ms = now_ms();
        let fields = CertFields {
            device: DeviceNumber(1),
            signature_key: key.public(),
            role: DeviceRole::Phone,
            issued_ms,
            list_version: 1,
        };
        let cert = issue_own_cert(&account_key, &key, &fields);
        let credential = cert.encode_to_vec();
        let list = VerifiedDeviceList::first(&account_key, cert, issued_ms).context("an own list")?;
        let address = DeviceAddress { account: list.account(), device: DeviceNumber(1) };

        let request = RequestCode { number: number.into(), ..Default::default() };
        http.post::<RequestCodeOk>("/v1/register/code", &request).await?;
        let code = served.code(number).await?;
        let proof = VerifyCode { number: number.into(), code };
        let ticket = http.post::<VerifyCodeOk>("/v1/register/verify", &proof).await?.ticket;
        let register = Register { ticket, signed_device_list: list.as_bytes().to_vec(), ..Register::default() };
        let registered = http.post::<RegisterOk>("/v1/register", &register).await?;
        ensure!(registered.account == address.account.to_vec(), "registered as another account");

        let challenge = http.post::<Challenge>("/v1/session/challenge", &()).await?.challenge;
        let signature = sign_session_challenge(&key, server, address, &challenge).to_vec();
        let open = OpenSession { device: Some(address.to_account_body()), challenge, signature };
        let token = http.post::<OpenSessionOk>("/v1/session", &open).await?.token;
        Ok(Self { address, key, credential, token })
    }
}

/// The first frame of a device that has acknowledged nothing yet.
pub fn hello(token: &[u8]) -> wire::Hello {
    wire::Hello {
        protocol_version: proto::PROTOCOL_VERSION,
        session_token: token.to_vec(),
        acked_queue_seq: 0,
        boot_counter: 1,
        timeline: Vec::new(),
        lease: Lease(random()).to_vec(),
    }
}
