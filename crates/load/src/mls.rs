//! MLS groups by OpenMLS, as the server checks them: creation, commits that add, joining by Welcome, messages.

use crate::device::{Device, random};
use anyhow::{Context, Result, anyhow, bail};
use identity::mls::{CREDENTIAL_TYPE_DEVICE_CERT, EXTENSION_CHAT_POLICY, Suite};
use identity::{ChatKind, ChatPolicy, DeviceKey};
use openmls::prelude::tls_codec::DeserializeBytes;
use openmls::prelude::*;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::{Signer, SignerError};
use proto::ids::{ChatId, DeviceAddress, Generation, direct_key, mls_group_id};
use proto::wire;
use std::collections::BTreeSet;

/// What a client writes beside the text: own list's version and hash, last entry's number and chain hash.
const AUTHENTICATED_LEN: usize = 88;

struct Key<'a>(&'a DeviceKey);

impl Signer for Key<'_> {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign_mls(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// A device in a group, or about to be in one.
pub struct Member<'a> {
    pub device: &'a Device,
    provider: OpenMlsRustCrypto,
}

/// A group, at the member whose it is.
pub struct Group {
    pub chat: ChatId,
    mls: MlsGroup,
}

impl<'a> Member<'a> {
    pub fn new(device: &'a Device) -> Self {
        Self { device, provider: OpenMlsRustCrypto::default() }
    }

    fn credential(&self) -> CredentialWithKey {
        let kind = CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT);
        CredentialWithKey {
            credential: Credential::new(kind, self.device.credential.clone()),
            signature_key: self.device.key.public().to_vec().into(),
        }
    }

    /// A key package for a group of this suite.
    pub fn key_package(&self, suite: Suite) -> Result<KeyPackage> {
        let package = KeyPackage::builder().leaf_node_capabilities(capabilities()?).build(
            ciphersuite(suite)?,
            &self.provider,
            &Key(&self.device.key),
            self.credential(),
        )?;
        Ok(package.key_package().clone())
    }

    fn create(&self, suite: Suite, policy: &ChatPolicy) -> Result<MlsGroup> {
        let policy_extension = Extension::Unknown(EXTENSION_CHAT_POLICY, UnknownExtension(policy.encode()));
        let required = Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(
            &[ExtensionType::Unknown(EXTENSION_CHAT_POLICY)],
            &[],
            &[CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT)],
        ));
        let config = MlsGroupCreateConfig::builder()
            .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .ciphersuite(ciphersuite(suite)?)
            .capabilities(capabilities()?)
            .with_group_context_extensions(Extensions::from_vec(vec![required, policy_extension])?)
            .build();
        let id = GroupId::from_slice(&mls_group_id(policy.chat, policy.generation));
        let key = Key(&self.device.key);
        Ok(MlsGroup::new_with_group_id(&self.provider, &key, &config, id, self.credential())?)
    }

    fn group_info(&self, group: &MlsGroup) -> Result<Vec<u8>> {
        Ok(group.export_group_info(self.provider.crypto(), &Key(&self.device.key), true)?.to_bytes()?)
    }

    /// A chat with another account, as one request.
    pub fn direct_chat(&self, other: DeviceAddress, package: KeyPackage) -> Result<(Group, wire::GroupCreate)> {
        let (chat, generation) = (ChatId(random()), Generation(1));
        let own = self.device.address.account;
        let mls = self.create(Suite::Hybrid, &ChatPolicy::for_direct(chat, generation, own, other.account))?;
        let group_info = self.group_info(&mls)?;
        let mut group = Group { chat, mls };
        let commit = self.add(&mut group, vec![(other, package)])?;
        let create = wire::GroupCreate {
            op_id: random::<16>().to_vec(),
            chat: chat.to_vec(),
            generation: generation.0,
            direct_key: direct_key(own, other.account).to_vec(),
            group_info,
            first_commit: Some(commit),
        };
        Ok((group, create))
    }

    /// A group with its maker alone, who may add whom he likes.
    pub fn group(&self, suite: Suite) -> Result<(Group, wire::GroupCreate)> {
        let (chat, generation) = (ChatId(random()), Generation(1));
        let admins = [self.device.address.account].into();
        let policy = ChatPolicy { kind: ChatKind::Group, chat, generation, accounts: BTreeSet::new(), admins };
        let mls = self.create(suite, &policy)?;
        let create = wire::GroupCreate {
            op_id: random::<16>().to_vec(),
            chat: chat.to_vec(),
            generation: generation.0,
            direct_key: Vec::new(),
            group_info: self.group_info(&mls)?,
            first_commit: None,
        };
        Ok((Group { chat, mls }, create))
    }

    /// A commit that adds, merged here at once: nobody else commits in these groups.
    pub fn add(&self, group: &mut Group, packages: Vec<(DeviceAddress, KeyPackage)>) -> Result<wire::Commit> {
        let (targets, adds): (Vec<_>, Vec<_>) =
            packages.into_iter().map(|(address, package)| (address.to_wire(), package)).unzip();
        let base_epoch = group.mls.epoch().as_u64();
        let key = Key(&self.device.key);
        let bundle = group
            .mls
            .commit_builder()
            .propose_adds(adds)
            .load_psks(self.provider.storage())?
            .create_group_info(true)
            .use_ratchet_tree_extension(false)
            .build(self.provider.rand(), self.provider.crypto(), &key, |_| true)?
            .stage_commit(&self.provider)?;
        let (commit, welcome, info) = bundle.into_messages();
        let welcome = welcome.context("an Add makes a Welcome")?.to_bytes()?;
        group.mls.merge_pending_commit(&self.provider)?;
        Ok(wire::Commit {
            op_id: random::<16>().to_vec(),
            chat: group.chat.to_vec(),
            generation: 1,
            base_epoch,
            commit: commit.to_bytes()?,
            welcomes: vec![wire::Welcome { targets, welcome }],
            group_info: info.context("a commit has a group info")?.to_bytes()?,
            purpose: wire::commit::Purpose::Membership.into(),
        })
    }

    /// Joins by what came through the own queue.
    pub fn join(&self, welcome: &wire::WelcomeItem) -> Result<Group> {
        let chat = ChatId::try_from(welcome.chat.clone()).map_err(|_| anyhow!("a chat of 16 bytes"))?;
        let message = MlsMessageIn::tls_deserialize_exact_bytes(&welcome.welcome)?.extract();
        let MlsMessageBodyIn::Welcome(message) = message else { bail!("this is no Welcome") };
        let tree = RatchetTreeIn::tls_deserialize_exact_bytes(&welcome.ratchet_tree)?;
        let config = MlsGroupJoinConfig::builder().wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY).build();
        let staged = StagedWelcome::build_from_welcome(&self.provider, &config, message)?.with_ratchet_tree(tree);
        Ok(Group { chat, mls: staged.build()?.into_group(&self.provider)? })
    }

    /// A message of this group's present epoch: its own keys, its own text, like every other.
    pub fn message(&self, group: &mut Group, op_id: [u8; 16], text: &[u8]) -> Result<wire::App> {
        group.mls.set_aad(random::<AUTHENTICATED_LEN>().to_vec());
        let message = group.mls.create_message(&self.provider, &Key(&self.device.key), text)?;
        Ok(wire::App {
            op_id: op_id.to_vec(),
            chat: group.chat.to_vec(),
            generation: 1,
            epoch: group.mls.epoch().as_u64(),
            ciphertext: message.to_bytes()?,
            ..wire::App::default()
        })
    }

    /// Opens a message: how the smoke test sees that what travels is real.
    pub fn open(&self, group: &mut Group, bytes: &[u8]) -> Result<Vec<u8>> {
        let message = MlsMessageIn::tls_deserialize_exact_bytes(bytes)?.try_into_protocol_message()?;
        match group.mls.process_message(&self.provider, message)?.into_content() {
            ProcessedMessageContent::ApplicationMessage(text) => Ok(text.into_bytes()),
            _ => bail!("this is no message of the conversation"),
        }
    }
}

fn ciphersuite(suite: Suite) -> Result<Ciphersuite> {
    Ciphersuite::try_from(suite.code()).map_err(|_| anyhow!("OpenMLS does not know the suite"))
}

fn capabilities() -> Result<Capabilities> {
    let suites = Suite::ALL.into_iter().map(ciphersuite).collect::<Result<Vec<_>>>()?;
    Ok(Capabilities::new(
        None,
        Some(&suites),
        Some(&[ExtensionType::Unknown(EXTENSION_CHAT_POLICY), ExtensionType::LastResort]),
        Some(&[]),
        Some(&[CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT)]),
    ))
}
