//! Key packages: a device's stock, and taking from others' stocks.

use super::{Caller, Proto};
use crate::app::App;
use crate::limits::Class;
use crate::off_the_loop;
use crate::problem::Problem;
use axum::extract::State;
use identity::mls::Suite;
use openmls::prelude::tls_codec::DeserializeBytes;
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn, ProtocolVersion};
use openmls_rust_crypto::RustCrypto;
use proto::account::{ClaimKeyPackages, ClaimKeyPackagesOk, Claimed, PutKeyPackages, PutKeyPackagesOk};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use proto::limits::{KEY_PACKAGES_LOW, LOOKUP_LEN_MAX};
use proto::wire::{KeyPackagesLow, server_frame};
use server_store::devices::KeyPackage;
use std::sync::Arc;

/// Packages in one upload.
const PACKAGES_MAX: usize = 128;
/// One-time packages that a device may have here.
const KEEP_MAX: usize = 512;
const PACKAGE_LEN_MAX: usize = 16 * 1024;
/// Packages of one device for one claim; more than one only of one's own devices.
const OWN_CLAIM_MAX: u32 = 128;

pub(super) async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<PutKeyPackages>,
) -> Result<Proto<PutKeyPackagesOk>, Problem> {
    if request.packages.len() > PACKAGES_MAX {
        return Err(Problem::bad("too-many-items").detail(format!("at most {PACKAGES_MAX}")));
    }
    let known = app.stores.devices.device(caller.0).await?.ok_or_else(Problem::unauthenticated)?;
    // Signatures of a hundred packages take a few milliseconds each: not on a thread that serves sockets.
    let checked = off_the_loop::run(move || {
        let check = |bytes: Vec<u8>| check(bytes, caller.0, &known.signature_key);
        let packages = request.packages.into_iter().map(check).collect::<Result<Vec<_>, _>>()?;
        let last_resort = (!request.last_resort.is_empty()).then(|| check(request.last_resort)).transpose()?;
        Ok::<_, Problem>((packages, last_resort))
    });
    let (packages, last_resort) = checked.await.map_err(|_| Problem::malformed("not checked"))??;
    let left = app.stores.devices.put_key_packages(caller.0, packages, last_resort, KEEP_MAX).await?;
    Ok(Proto(PutKeyPackagesOk { left }))
}

/// A package must be valid, of a suite in use, and of the very device that brings it.
fn check(bytes: Vec<u8>, device: DeviceAddress, signature_key: &[u8; 32]) -> Result<KeyPackage, Problem> {
    let invalid = |detail: String| Problem::bad("key-package-invalid").detail(detail);
    if bytes.len() > PACKAGE_LEN_MAX {
        return Err(Problem::too_large());
    }
    let message = MlsMessageIn::tls_deserialize_exact_bytes(&bytes).map_err(|_| invalid("not an MLSMessage".into()))?;
    let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
        return Err(invalid("not a key package".into()));
    };
    let package =
        package.validate(&RustCrypto::default(), ProtocolVersion::Mls10).map_err(|e| invalid(e.to_string()))?;
    let suite = u16::from(package.ciphersuite());
    Suite::from_code(suite).ok_or_else(|| invalid("a cipher suite that is not in use here".into()))?;
    let leaf = package.leaf_node();
    let cert = identity::cert::verify_leaf(leaf.credential().serialized_content(), leaf.signature_key().as_slice())
        .map_err(|e| invalid(e.to_string()))?;
    if cert.address() != device || cert.signature_key.as_bytes() != signature_key {
        return Err(Problem::denied("not-yours"));
    }
    Ok(KeyPackage { suite, bytes })
}

pub(super) async fn claim(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<ClaimKeyPackages>,
) -> Result<Proto<ClaimKeyPackagesOk>, Problem> {
    app.limits.account(Class::Claim, caller.account())?;
    if request.claims.len() > LOOKUP_LEN_MAX {
        return Err(Problem::bad("too-many-items").detail(format!("at most {LOOKUP_LEN_MAX}")));
    }
    let mut claimed = Vec::new();
    for claim in request.claims {
        let account = AccountId::try_from(claim.account).map_err(|e| Problem::malformed(e.to_string()))?;
        let count = claim.count.max(1);
        if count > OWN_CLAIM_MAX || (count > 1 && account != caller.account()) {
            return Err(Problem::denied("claim-too-many"));
        }
        let devices = match claim.device {
            0 => app.stores.devices.devices_of(account).await?.into_iter().map(|d| d.address).collect(),
            device => vec![DeviceAddress { account, device: DeviceNumber(device) }],
        };
        for device in devices {
            // Asking for all of one's account means the others of it.
            if device != caller.0 {
                claim_of(&app, device, count, &mut claimed).await?;
            }
        }
    }
    Ok(Proto(ClaimKeyPackagesOk { claimed }))
}

async fn claim_of(app: &App, device: DeviceAddress, count: u32, claimed: &mut Vec<Claimed>) -> Result<(), Problem> {
    for package in app.stores.devices.claim_key_packages(device, count).await? {
        claimed.push(Claimed { device: Some(device.to_account_body()), package: package.bytes });
    }
    let left = app.stores.devices.key_packages_left(device).await?;
    if left < KEY_PACKAGES_LOW {
        app.hub.push_all(&[device], &server_frame::Body::KeyPackagesLow(KeyPackagesLow { left }));
    }
    Ok(())
}
