//! Codes by mail: to a gateway that makes text messages of it, or to a mailbox. Each code has a connection of its own, which is encrypted
//! unless it stays on this machine.

use super::{CodeSender, Secret, SendCodeError, hook};
use anyhow::Result;
use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncTransport as _, Message, Tokio1Executor};
use reqwest::Url;
use std::io::ErrorKind;

const NUMBER: &str = "{number}";
const DIGITS: &str = "{digits}";

/// Where mail goes, and from whom.
#[derive(Debug, Clone)]
pub struct MailConfig {
    host: String,
    port: u16,
    way: Way,
    user: Option<(String, Secret)>,
    from: Mailbox,
    /// With `{number}` or `{digits}`; without them all codes go to one mailbox.
    to: String,
}

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From its beginning.
    Tls,
    /// By STARTTLS, or no mail is sent.
    StartTls,
    /// Not at all: it does not leave this machine.
    Plain,
}

/// Why it cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailConfigError {
    /// No URL of a mail server.
    #[error(
        "code_smtp_url is no mail server; write it as in \"smtps://mail.example.org\", or \"smtp://mail.example.org:587\" for STARTTLS"
    )]
    NoUrl,
    /// User and password in the URL.
    #[error("code_smtp_url has a user or a password in it; give code_smtp_user and code_smtp_password instead")]
    HasUser,
    /// One without the other.
    #[error("code_smtp_user and code_smtp_password go together")]
    HalfUser,
    /// No address.
    #[error("code_smtp_from is no mail address")]
    From,
    /// No address once a number stands in it.
    #[error(
        "code_smtp_to is no mail address; write it as in \"{{number}}@sms.example.org\", or \"{{digits}}@…\" without the plus"
    )]
    To,
}

impl MailConfig {
    /// Checks all of it.
    pub fn new(
        url: &str,
        user: Option<String>,
        password: Option<String>,
        from: &str,
        to: &str,
    ) -> Result<Self, MailConfigError> {
        let url = Url::parse(url).map_err(|_| MailConfigError::NoUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(MailConfigError::HasUser);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(MailConfigError::NoUrl)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(MailConfigError::NoUrl);
        }
        let (way, port) = match url.scheme() {
            "smtps" => (Way::Tls, 465),
            "smtp" if hook::is_this_machine(&host) => (Way::Plain, 25),
            "smtp" => (Way::StartTls, 587),
            _ => return Err(MailConfigError::NoUrl),
        };
        let user = match (user, password) {
            (Some(user), Some(password)) => Some((user, Secret::new(password))),
            (None, None) => None,
            _ => return Err(MailConfigError::HalfUser),
        };
        let from = from.parse().map_err(|_| MailConfigError::From)?;
        let config = Self { host, port: url.port().unwrap_or(port), way, user, from, to: to.to_owned() };
        config.address("+4915112345678").ok_or(MailConfigError::To)?;
        Ok(config)
    }

    /// A number has a plus and digits only, so that nothing in it can end the local part.
    fn address(&self, number: &str) -> Option<Address> {
        let digits = number.trim_start_matches('+');
        self.to.replace(NUMBER, number).replace(DIGITS, digits).parse().ok()
    }

    fn is_one_mailbox(&self) -> bool {
        !self.to.contains(NUMBER) && !self.to.contains(DIGITS)
    }
}

/// What people read.
pub(super) fn text(server_name: &str, code: &str) -> String {
    format!("{code} is your code for {server_name}. Give it to nobody.")
}

/// See the module.
pub(super) struct Mail {
    config: MailConfig,
    server_name: String,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Mail {
    pub(super) fn new(config: &MailConfig, server_name: &str) -> Result<Self> {
        let encrypted =
            || TlsParameters::builder(config.host.clone()).certificate_store(CertificateStore::Default).build_rustls();
        let tls = match config.way {
            Way::Tls => Tls::Wrapper(encrypted()?),
            Way::StartTls => Tls::Required(encrypted()?),
            Way::Plain => Tls::None,
        };
        // The machine's own name is nobody's business, and many have none that a mail server would take.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .hello_name(ClientId::Domain("localhost".to_owned()));
        let transport = match &config.user {
            Some((user, password)) => {
                transport.credentials(Credentials::new(user.clone(), password.reveal().to_owned()))
            }
            None => transport,
        };
        Ok(Self { config: config.clone(), server_name: server_name.to_owned(), transport: transport.build() })
    }
}

#[async_trait]
impl CodeSender for Mail {
    fn is_remote(&self) -> bool {
        true
    }

    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError> {
        let to = self.config.address(number).ok_or(SendCodeError::before_sending("no mail address"))?;
        let mut words = text(&self.server_name, code);
        if self.config.is_one_mailbox() {
            words = format!("For {number}: {words}");
        }
        let mail = Message::builder()
            .from(self.config.from.clone())
            .to(Mailbox::new(None, to))
            .subject(format!("Code for {}", self.server_name))
            .body(words)
            .map_err(|_| SendCodeError::before_sending("no mail could be made"))?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(SendCodeError::before_sending("the mail server refused")),
            Err(error) if error.is_transient() => Err(SendCodeError::before_sending("the mail server takes none now")),
            Err(error) if error.is_tls() => Err(SendCodeError::before_sending("no encrypted connection")),
            Err(error) if nobody_was_there(&error) => Err(SendCodeError::before_sending("no connection")),
            Err(_) => Err(SendCodeError::of("the connection broke")),
        }
    }
}

/// Whether there was no connection at all, as far as that can be told: what breaks later may have brought the mail.
fn nobody_was_there(error: &lettre::transport::smtp::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return matches!(
                io.kind(),
                ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable
            );
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str, from: &str, to: &str) -> Result<MailConfig, MailConfigError> {
        MailConfig::new(url, None, None, from, to)
    }

    #[test]
    fn mail_is_encrypted_unless_it_stays_here() {
        let way = |url| config(url, "a@b.example", "{number}@sms.example").map(|config| (config.way, config.port));
        assert_eq!(way("smtps://mail.example"), Ok((Way::Tls, 465)));
        assert_eq!(way("smtp://mail.example"), Ok((Way::StartTls, 587)));
        assert_eq!(way("smtp://mail.example:25/"), Ok((Way::StartTls, 25)));
        assert_eq!(way("smtp://127.0.0.1:2525"), Ok((Way::Plain, 2525)));
        assert_eq!(way("smtp://[::1]"), Ok((Way::Plain, 25)));
        for url in ["mail.example", "", "https://mail.example", "smtp://", "smtp://mail.example/path"] {
            assert_eq!(way(url), Err(MailConfigError::NoUrl), "{url}");
        }
        assert_eq!(way("smtp://me:secret@mail.example"), Err(MailConfigError::HasUser));
    }

    #[test]
    fn a_template_makes_an_address_of_a_number() {
        let to = |to: &str| {
            let config = config("smtps://mail.example", "Ours <a@b.example>", to)?;
            Ok((config.address("+4915112345678").unwrap().to_string(), config.is_one_mailbox()))
        };
        assert_eq!(to("{number}@sms.example"), Ok(("+4915112345678@sms.example".to_owned(), false)));
        assert_eq!(to("{digits}@sms.example"), Ok(("4915112345678@sms.example".to_owned(), false)));
        assert_eq!(to("codes@our.example"), Ok(("codes@our.example".to_owned(), true)));
        for wrong in ["", "{number}", "{name}@sms.example, x", "a@b@c"] {
            assert_eq!(to(wrong), Err(MailConfigError::To), "{wrong}");
        }
        let from = config("smtps://mail.example", "nobody", "{number}@sms.example");
        assert_eq!(from.err(), Some(MailConfigError::From));
        let half = MailConfig::new("smtps://m.example", Some("me".into()), None, "a@b.example", "a@b.example");
        assert_eq!(half.err(), Some(MailConfigError::HalfUser));
    }
}
