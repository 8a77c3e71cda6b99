//! A device with its keys, its socket and its MLS groups.

use crate::client::{Answer, Host};
use futures_util::{SinkExt, StreamExt};
use identity::cert::{CertFields, issue_own_cert};
use identity::mls::{CREDENTIAL_TYPE_DEVICE_CERT, EXTENSION_CHAT_POLICY, Suite};
use identity::session::sign_session_challenge;
use identity::{AccountKey, ChatKind, ChatPolicy, DeviceKey, DeviceRole, VerifiedDeviceList};
use openmls::prelude::tls_codec::{DeserializeBytes, Serialize, VLBytes};
use openmls::prelude::*;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::{Signer, SignerError};
use prost::Message as _;
use proto::account::*;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation, Lease, OpId, direct_key, mls_group_id};
use proto::wire::{self, ClientFrame, ServerFrame, client_frame, refused::Reason, reply, server_frame};
use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite};

pub const SUITE: Ciphersuite = Ciphersuite::MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519;

pub struct Key(pub DeviceKey);

impl Signer for Key {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign_mls(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// What the phone alone has.
#[derive(Clone)]
pub struct Account {
    pub key: AccountKey,
    pub list: VerifiedDeviceList,
}

pub struct Device {
    pub address: DeviceAddress,
    pub key: Key,
    pub credential: Vec<u8>,
    pub provider: OpenMlsRustCrypto,
    pub token: Vec<u8>,
}

/// A server that says nothing for so long says nothing.
const SILENT_MAX: Duration = Duration::from_secs(120);

static NEXT: AtomicU32 = AtomicU32::new(1);

/// Sixteen bytes that no other call gives.
pub fn fresh() -> [u8; 16] {
    let mut id = [0xF0; 16];
    id[..4].copy_from_slice(&NEXT.fetch_add(1, Ordering::SeqCst).to_be_bytes());
    id
}

fn seed() -> [u8; 32] {
    let mut seed = [7; 32];
    seed[..16].copy_from_slice(&fresh());
    seed
}

fn fields(device: u32, key: &DeviceKey, role: DeviceRole, list_version: u64) -> CertFields {
    CertFields { device: DeviceNumber(device), signature_key: key.public(), role, issued_ms: 1, list_version }
}

impl Account {
    /// Keys and first list of a new account, not registered yet.
    pub fn make() -> (Self, Device) {
        let key = AccountKey::from_bytes(&seed());
        let device_key = DeviceKey::from_bytes(&seed());
        let cert = issue_own_cert(&key, &device_key, &fields(1, &device_key, DeviceRole::Phone, 1));
        let credential = cert.encode_to_vec();
        let list = VerifiedDeviceList::first(&key, cert, 1).unwrap();
        let address = DeviceAddress { account: list.account(), device: DeviceNumber(1) };
        (Self { key, list }, Device::new(address, device_key, credential))
    }

    pub fn id(&self) -> AccountId {
        self.list.account()
    }

    /// A companion, and the list that holds it. Put the list to make it so.
    pub fn with_companion(&mut self) -> Device {
        let device_key = DeviceKey::from_bytes(&seed());
        let number = self.list.next_device_number();
        let fields = fields(number.0, &device_key, DeviceRole::Companion, self.list.version() + 1);
        let cert = issue_own_cert(&self.key, &device_key, &fields);
        let credential = cert.encode_to_vec();
        self.list = self.list.next_with(&self.key, cert, 1).unwrap();
        Device::new(DeviceAddress { account: self.id(), device: number }, device_key, credential)
    }

    /// Another phone, and the list that puts it in the place of the one before.
    pub fn with_new_phone(&self) -> (Device, Vec<u8>) {
        let device_key = DeviceKey::from_bytes(&seed());
        let number = self.list.next_device_number();
        let fields = fields(number.0, &device_key, DeviceRole::Phone, self.list.version() + 1);
        let cert = issue_own_cert(&self.key, &device_key, &fields);
        let credential = cert.encode_to_vec();
        let list = self.list.next_with_phone(&self.key, cert, 1).unwrap();
        let address = DeviceAddress { account: self.id(), device: number };
        (Device::new(address, device_key, credential), list.as_bytes().to_vec())
    }

    /// The phone's number with another key, certified by the account key: no list holds it.
    pub fn phone_with_other_key(&self) -> Device {
        let device_key = DeviceKey::from_bytes(&seed());
        let cert = issue_own_cert(&self.key, &device_key, &fields(1, &device_key, DeviceRole::Phone, 1));
        let address = DeviceAddress { account: self.id(), device: DeviceNumber(1) };
        Device::new(address, device_key, cert.encode_to_vec())
    }

    pub fn without(&mut self, device: &Device) {
        self.list = self.list.next_without(&self.key, &[device.address.device], 1).unwrap();
    }

    pub fn put_body(&self) -> PutDeviceList {
        PutDeviceList { signed_device_list: self.list.as_bytes().to_vec() }
    }
}

/// Code, ticket, registration, session: a phone that can do everything.
pub async fn registered(host: &Host, number: &str) -> (Account, Device) {
    let (account, mut phone) = Account::make();
    let ticket = proved(host, number).await.ticket;
    let body = Register { ticket, signed_device_list: account.list.as_bytes().to_vec(), ..Register::default() };
    let ok: RegisterOk = host.post("/v1/register", None, &body).await.ok();
    assert_eq!(ok.account, account.id().to_vec());
    phone.open_session(host).await;
    (account, phone)
}

pub async fn proved(host: &Host, number: &str) -> VerifyCodeOk {
    host.post("/v1/register/code", None, &RequestCode { number: number.into(), ..Default::default() })
        .await
        .ok::<RequestCodeOk>();
    let code = host.codes.last(number);
    host.post("/v1/register/verify", None, &VerifyCode { number: number.into(), code }).await.ok()
}

/// A linked device of a registered account.
pub async fn linked(host: &Host, account: &mut Account, phone: &Device) -> Device {
    let mut companion = account.with_companion();
    assert_eq!(host.put("/v1/devices", Some(&phone.token), &account.put_body()).await.status, 204);
    companion.open_session(host).await;
    companion
}

impl Device {
    fn new(address: DeviceAddress, key: DeviceKey, credential: Vec<u8>) -> Self {
        Self { address, key: Key(key), credential, provider: OpenMlsRustCrypto::default(), token: Vec::new() }
    }

    pub async fn challenge(&self, host: &Host) -> OpenSession {
        let challenge: Challenge = host.send("POST", "/v1/session/challenge", None, &[], Vec::new()).await.ok();
        let signature = sign_session_challenge(&self.key.0, host.id, self.address, &challenge.challenge).to_vec();
        OpenSession { device: Some(self.address.to_account_body()), challenge: challenge.challenge, signature }
    }

    pub async fn try_session(&self, host: &Host) -> Answer {
        host.post("/v1/session", None, &self.challenge(host).await).await
    }

    pub async fn open_session(&mut self, host: &Host) {
        self.token = self.try_session(host).await.ok::<OpenSessionOk>().token;
    }

    pub fn credential_with_key(&self) -> CredentialWithKey {
        CredentialWithKey {
            credential: Credential::new(CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT), self.credential.clone()),
            signature_key: self.key.0.public().to_vec().into(),
        }
    }

    pub fn key_package(&self) -> KeyPackage {
        KeyPackage::builder()
            .leaf_node_capabilities(capabilities())
            .build(SUITE, &self.provider, &self.key, self.credential_with_key())
            .unwrap()
            .key_package()
            .clone()
    }

    pub fn key_package_bytes(&self) -> Vec<u8> {
        MlsMessageOut::from(self.key_package()).to_bytes().unwrap()
    }

    pub fn create_group(&self, policy: &ChatPolicy) -> MlsGroup {
        let id = mls_group_id(policy.chat, policy.generation);
        self.create_group_as(&id, SUITE, Some(policy))
    }

    /// Also such that no honest client would make.
    pub fn create_group_as(&self, id: &[u8], suite: Ciphersuite, policy: Option<&ChatPolicy>) -> MlsGroup {
        let policy = policy.map(|p| Extension::Unknown(EXTENSION_CHAT_POLICY, UnknownExtension(p.encode())));
        let required = Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(
            &[ExtensionType::Unknown(EXTENSION_CHAT_POLICY)],
            &[],
            &[CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT)],
        ));
        let extensions = Extensions::from_vec([required].into_iter().chain(policy).collect()).unwrap();
        let config = MlsGroupCreateConfig::builder()
            .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .ciphersuite(suite)
            .capabilities(capabilities_and(suite))
            .with_group_context_extensions(extensions)
            .build();
        let id = GroupId::from_slice(id);
        // Whoever makes a group twice means the second.
        if let Some(mut before) = MlsGroup::load(self.provider.storage(), &id).unwrap() {
            before.delete(self.provider.storage()).unwrap();
        }
        MlsGroup::new_with_group_id(&self.provider, &self.key, &config, id, self.credential_with_key()).unwrap()
    }

    pub fn group_info(&self, group: &MlsGroup, with_tree: bool) -> Vec<u8> {
        group.export_group_info(self.provider.crypto(), &self.key, with_tree).unwrap().to_bytes().unwrap()
    }

    /// A group info of this device's without the key that an external commit needs, signed anew (RFC 9420, 12.4.3.1).
    pub fn without_external_key(&self, group_info: &[u8]) -> Vec<u8> {
        const HEAD_LEN: usize = 4;
        let message = MlsMessageIn::tls_deserialize_exact_bytes(group_info).unwrap();
        let MlsMessageBodyIn::GroupInfo(info) = message.extract() else { panic!("no group info") };
        let (signed, extensions) =
            (info.unsigned_payload().unwrap(), info.extensions().tls_serialize_detached().unwrap());
        let at = signed.windows(extensions.len()).rposition(|window| window == extensions).unwrap();
        let none = VLBytes::new(Vec::new()).tls_serialize_detached().unwrap();
        let bare = [&signed[..at], &none, &signed[at + extensions.len()..]].concat();
        let labelled = [b"MLS 1.0 GroupInfoTBS".to_vec(), bare.clone()];
        let labelled = labelled.map(|part| VLBytes::new(part).tls_serialize_detached().unwrap()).concat();
        let signature = VLBytes::new(self.key.0.sign_mls(&labelled).to_vec()).tls_serialize_detached().unwrap();
        [&group_info[..HEAD_LEN], &bare, &signature].concat()
    }

    /// A direct chat between this device's account and those of the packages, as one request.
    pub fn direct_chat(
        &self,
        other: AccountId,
        packages: &[(DeviceAddress, KeyPackage)],
    ) -> (MlsGroup, wire::GroupCreate) {
        let (chat, generation) = (ChatId(fresh()), Generation(1));
        let policy = ChatPolicy::for_direct(chat, generation, self.address.account, other);
        let mut group = self.create_group(&policy);
        let group_info = self.group_info(&group, true);
        let first_commit = (!packages.is_empty()).then(|| self.add(&mut group, chat, packages));
        let create = wire::GroupCreate {
            op_id: fresh().to_vec(),
            chat: chat.to_vec(),
            generation: generation.0,
            direct_key: direct_key(self.address.account, other).to_vec(),
            group_info,
            first_commit,
        };
        (group, create)
    }

    /// Stages a commit that adds; `merge` it when the server took it.
    pub fn add(&self, group: &mut MlsGroup, chat: ChatId, packages: &[(DeviceAddress, KeyPackage)]) -> wire::Commit {
        let adds: Vec<KeyPackage> = packages.iter().map(|(_, package)| package.clone()).collect();
        let targets = packages.iter().map(|(address, _)| address.to_wire()).collect();
        let mut commit = self.change(group, chat, adds, Vec::new());
        commit.welcomes.iter_mut().for_each(|welcome| welcome.targets = Vec::clone(&targets));
        commit
    }

    pub fn change(
        &self,
        group: &mut MlsGroup,
        chat: ChatId,
        adds: Vec<KeyPackage>,
        removes: Vec<LeafNodeIndex>,
    ) -> wire::Commit {
        let base_epoch = group.epoch().as_u64();
        let bundle = group
            .commit_builder()
            // An Add alone needs no new keys, and is then a commit without a path.
            .force_self_update(adds.is_empty())
            .propose_adds(adds)
            .propose_removals(removes)
            .load_psks(self.provider.storage())
            .unwrap()
            .create_group_info(true)
            .use_ratchet_tree_extension(false)
            .build(self.provider.rand(), self.provider.crypto(), &self.key, |_| true)
            .unwrap()
            .stage_commit(&self.provider)
            .unwrap();
        let (commit, welcome, info) = bundle.into_messages();
        wire::Commit {
            op_id: fresh().to_vec(),
            chat: chat.to_vec(),
            generation: 1,
            base_epoch,
            commit: commit.to_bytes().unwrap(),
            welcomes: welcome
                .map(|w| wire::Welcome { targets: Vec::new(), welcome: w.to_bytes().unwrap() })
                .into_iter()
                .collect(),
            group_info: info.unwrap().to_bytes().unwrap(),
            purpose: wire::commit::Purpose::Membership.into(),
        }
    }

    pub fn merge(&self, group: &mut MlsGroup) {
        group.merge_pending_commit(&self.provider).unwrap();
    }

    pub fn app(&self, group: &mut MlsGroup, chat: ChatId, text: &str) -> wire::App {
        let message = group.create_message(&self.provider, &self.key, text.as_bytes()).unwrap();
        wire::App {
            op_id: fresh().to_vec(),
            chat: chat.to_vec(),
            generation: 1,
            epoch: group.epoch().as_u64(),
            ciphertext: message.to_bytes().unwrap(),
            ..wire::App::default()
        }
    }

    pub fn join(&self, welcome: &wire::WelcomeItem) -> MlsGroup {
        let MlsMessageBodyIn::Welcome(message) =
            MlsMessageIn::tls_deserialize_exact_bytes(&welcome.welcome).unwrap().extract()
        else {
            panic!("no welcome")
        };
        let tree = RatchetTreeIn::tls_deserialize_exact_bytes(&welcome.ratchet_tree).unwrap();
        StagedWelcome::build_from_welcome(&self.provider, &join_config(), message)
            .unwrap()
            .with_ratchet_tree(tree)
            .build()
            .unwrap()
            .into_group(&self.provider)
            .unwrap()
    }

    /// Joins by external commit, replacing the own old leaf if there is one.
    pub fn join_externally(&self, info: &wire::GroupInfo) -> (MlsGroup, wire::Commit) {
        let MlsMessageBodyIn::GroupInfo(verifiable) =
            MlsMessageIn::tls_deserialize_exact_bytes(&info.group_info).unwrap().extract()
        else {
            panic!("no group info")
        };
        let tree = RatchetTreeIn::tls_deserialize_exact_bytes(&info.ratchet_tree).unwrap();
        let leaf = LeafNodeParameters::builder().with_capabilities(capabilities()).build();
        let (group, bundle) = MlsGroup::external_commit_builder()
            .with_ratchet_tree(tree)
            .with_config(join_config())
            .build_group(&self.provider, verifiable, self.credential_with_key())
            .unwrap()
            .leaf_node_parameters(leaf)
            .load_psks(self.provider.storage())
            .unwrap()
            .create_group_info(true)
            .use_ratchet_tree_extension(false)
            .build(self.provider.rand(), self.provider.crypto(), &self.key, |_| true)
            .unwrap()
            .finalize(&self.provider)
            .unwrap();
        let (commit, _, group_info) = bundle.into_messages();
        let commit = wire::Commit {
            op_id: fresh().to_vec(),
            chat: info.chat.clone(),
            generation: info.generation,
            base_epoch: info.epoch,
            commit: commit.to_bytes().unwrap(),
            welcomes: Vec::new(),
            group_info: group_info.unwrap().to_bytes().unwrap(),
            purpose: wire::commit::Purpose::Link.into(),
        };
        (group, commit)
    }

    /// Applies a log entry; gives the text of a message.
    pub fn process(&self, group: &mut MlsGroup, item: &wire::GroupItem) -> Option<String> {
        let message = MlsMessageIn::tls_deserialize_exact_bytes(&item.bytes).unwrap();
        let processed = group.process_message(&self.provider, message.try_into_protocol_message().unwrap()).unwrap();
        match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(text) => Some(String::from_utf8(text.into_bytes()).unwrap()),
            ProcessedMessageContent::StagedCommitMessage(staged) => {
                group.merge_staged_commit(&self.provider, *staged).unwrap();
                None
            }
            other => panic!("{other:?}"),
        }
    }

    pub async fn hello(&self, host: &Host) -> Socket {
        let mut socket = Socket::open(host).await;
        let hello = self.hello_body(0, 1);
        socket.lease = Lease::try_from(hello.lease.as_slice()).unwrap();
        let reply = socket.ask(client_frame::Body::Hello(hello)).await;
        assert!(matches!(reply, reply::Body::HelloOk(_)), "{reply:?}");
        socket
    }

    pub fn hello_body(&self, acked_queue_seq: u64, boot_counter: u64) -> wire::Hello {
        wire::Hello {
            protocol_version: proto::PROTOCOL_VERSION,
            session_token: self.token.clone(),
            acked_queue_seq,
            boot_counter,
            timeline: Vec::new(),
            lease: Lease(fresh()).to_vec(),
        }
    }
}

pub fn capabilities() -> Capabilities {
    capabilities_and(SUITE)
}

fn capabilities_and(other: Ciphersuite) -> Capabilities {
    let ours = Suite::ALL.map(|suite| Ciphersuite::try_from(suite.code()).unwrap());
    let known = ours.contains(&other);
    let suites: Vec<_> = ours.into_iter().chain((!known).then_some(other)).collect();
    Capabilities::new(
        None,
        Some(&suites),
        Some(&[ExtensionType::Unknown(EXTENSION_CHAT_POLICY), ExtensionType::LastResort]),
        Some(&[]),
        Some(&[CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT)]),
    )
}

fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder().wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY).build()
}

pub fn tree_bytes(group: &MlsGroup) -> Vec<u8> {
    group.export_ratchet_tree().tls_serialize_detached().unwrap()
}

pub fn op() -> OpId {
    OpId(fresh())
}

/// A group of the chat's kind `Group` that anybody may be in, and who is its admin.
pub fn group_policy(chat: ChatId, generation: u32, admins: &[&Device]) -> ChatPolicy {
    ChatPolicy {
        kind: ChatKind::Group,
        chat,
        generation: Generation(generation),
        accounts: BTreeSet::new(),
        admins: admins.iter().map(|admin| admin.address.account).collect(),
    }
}

/// The first generation of a group with its maker alone.
pub fn creation(chat: ChatId, group_info: Vec<u8>) -> wire::GroupCreate {
    wire::GroupCreate {
        op_id: op().to_vec(),
        chat: chat.to_vec(),
        generation: 1,
        direct_key: Vec::new(),
        group_info,
        first_commit: None,
    }
}

#[track_caller]
pub fn taken(reply: reply::Body) -> wire::Accepted {
    match reply {
        reply::Body::Accepted(accepted) => accepted,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub fn refused(reply: reply::Body, reason: Reason, words: &str) {
    match reply {
        reply::Body::Refused(refused) => assert_eq!((refused.reason(), refused.detail.as_str()), (reason, words)),
        other => panic!("{other:?}"),
    }
}

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    waiting: VecDeque<server_frame::Body>,
    request: u32,
    /// Of its Hello.
    pub lease: Lease,
}

impl Socket {
    pub async fn open(host: &Host) -> Self {
        let (stream, _) = tokio_tungstenite::connect_async(format!("ws://{}/v1/socket", host.addr)).await.unwrap();
        Self { stream, waiting: VecDeque::new(), request: 0, lease: Lease([0; 16]) }
    }

    pub async fn send_raw(&mut self, message: tungstenite::Message) {
        self.try_send_raw(message).await.unwrap();
    }

    pub async fn try_send_raw(&mut self, message: tungstenite::Message) -> Result<(), tungstenite::Error> {
        self.stream.send(message).await
    }

    pub async fn send(&mut self, request: u32, body: client_frame::Body) {
        let bytes = ClientFrame { request, body: Some(body) }.encode_to_vec();
        self.send_raw(tungstenite::Message::Binary(bytes.into())).await;
    }

    /// Where the server may have closed it meanwhile.
    pub async fn try_send(&mut self, request: u32, body: client_frame::Body) -> Result<(), tungstenite::Error> {
        let bytes = ClientFrame { request, body: Some(body) }.encode_to_vec();
        self.try_send_raw(tungstenite::Message::Binary(bytes.into())).await
    }

    /// Without waiting until it is on its way.
    pub async fn feed_raw(&mut self, bytes: Vec<u8>) {
        self.stream.feed(tungstenite::Message::Binary(bytes.into())).await.unwrap();
    }

    /// The reply to a request; what else comes is kept for later.
    pub async fn ask(&mut self, body: client_frame::Body) -> reply::Body {
        self.request += 1;
        let request = self.request;
        self.send(request, body).await;
        loop {
            match self.receive().await.expect("the socket is open") {
                server_frame::Body::Reply(reply) if reply.request == request => return reply.body.unwrap(),
                other => self.waiting.push_back(other),
            }
        }
    }

    async fn receive(&mut self) -> Option<server_frame::Body> {
        loop {
            let message = tokio::time::timeout(SILENT_MAX, self.stream.next()).await.expect("something comes");
            match message?.ok()? {
                tungstenite::Message::Binary(bytes) => return ServerFrame::decode(bytes.as_ref()).unwrap().body,
                tungstenite::Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// The next frame that is no reply; `None` when the socket has ended.
    pub async fn next(&mut self) -> Option<server_frame::Body> {
        match self.waiting.pop_front() {
            Some(body) => Some(body),
            None => self.receive().await,
        }
    }

    /// What has come beside replies, and nobody has asked for.
    pub fn waiting(&self) -> impl Iterator<Item = &server_frame::Body> {
        self.waiting.iter()
    }

    /// The next frame that `wanted` takes; others are dropped.
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(server_frame::Body) -> Option<T>) -> T {
        loop {
            let body = self.next().await.expect("the socket is open");
            if let Some(found) = wanted(body) {
                return found;
            }
        }
    }

    pub async fn item(&mut self) -> (u64, wire::item::Body) {
        self.until(|body| match body {
            server_frame::Body::Item(item) => Some((item.queue_seq, item.body.unwrap())),
            _ => None,
        })
        .await
    }

    /// Why the server closed it.
    pub async fn close_code(&mut self) -> Option<u16> {
        while let Some(Ok(message)) = self.stream.next().await {
            if let tungstenite::Message::Close(frame) = message {
                return frame.map(|frame| frame.code.into());
            }
        }
        None
    }
}
