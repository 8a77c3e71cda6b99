//! `cargo xtask screenshots`: plays an account with a few friends in real browsers, and keeps a picture of each main state under
//! `docs/screenshots`. Each picture is of the real program with the real server; nothing is painted.

use anyhow::{Context, Result, ensure};
use client_api::{ChatId, Command, MessageId};
use e2e::browser::{Browser, Setup, WIDE};
use e2e::{Person, World};
use playwright_rs::{ColorScheme, EmulateMediaOptions};
use std::path::{Path, PathBuf};

const MAYA: &str = "+4915112345601";

/// A picture in the repository is no larger.
const BYTES_MAX: usize = 200 * 1024;

/// Name, number, and what is said: by them, or by Maya after a `>`.
const FRIENDS: [(&str, &str, &[&str]); 7] = [
    ("Priya Raman", "+4915112345611", &["The keys are under the blue pot.", "> Found them, thank you!"]),
    (
        "Nora Lindqvist",
        "+4915112345612",
        &["Har du sett vädret? Det blir sol på lördag.", "> Perfekt. Jag tar med kaffe."],
    ),
    ("Γιώργος Παππάς", "+4915112345613", &["Καλημέρα! Το τρένο φεύγει στις 9:40."]),
    ("سارا احمدی", "+4915112345614", &["سلام مایا، فردا ساعت پنج می‌بینمت؟", "> بله، حتماً 🌿"]),
    ("佐藤 美咲", "+4915112345615", &["写真、ありがとう！", "週末に送るね。"]),
    (
        "Ben Okafor",
        "+4915112345616",
        &["Draft is in the folder: https://example.org/drafts/42", "> Reading it tonight."],
    ),
    (
        "Ada Thornton",
        "+4915112345617",
        &[
            "Did you get the tickets for the ridge walk?",
            "> Yes, two for Saturday. The early bus, 7:15 from the old bridge.",
            "> I packed the stove and the small tent, in case the weather turns.",
            "Then I bring the map, coffee, and the good chocolate.",
            "And my sister's binoculars, if she lets me have them",
            "> Tell her we will count every bird and write them all down for her 🐦",
            "Deal! See you at the bridge, then.",
            "> See you there",
        ],
    ),
];

struct Album {
    folder: PathBuf,
}

impl Album {
    /// Keeps what a browser shows.
    async fn keep(&self, name: &str, of: &Browser) -> Result<()> {
        of.settles().await?;
        let picture = of.screenshot().await?;
        ensure!(picture.len() <= BYTES_MAX, "{name} has {} bytes", picture.len());
        Ok(std::fs::write(self.folder.join(format!("{name}.png")), picture)?)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/screenshots");
    std::fs::create_dir_all(&folder)?;
    let album = Album { folder };
    let mut world = World::new().await?;
    let phone = registration(&world, &album).await?;
    let mut friends = friendships(&world, &album, &phone).await?;
    let browser = linking(&world, &album, &phone).await?;
    let (ada, chat) = friends.last_mut().context("there are friends")?;
    on_the_phone(&album, &phone).await?;
    in_the_browser(&album, &browser).await?;
    ada.sends(*chat, "Wait, is it the 7:15 or the 7:45?").await?;
    world.stop_server().await?;
    browser.shows("offline-banner").await?;
    browser.writes("The 7:15. I will bring the tickets.").await?;
    album.keep("offline", &browser).await?;
    phone.closes().await?;
    browser.closes().await
}

async fn registration(world: &World, album: &Album) -> Result<Browser> {
    let phone = Browser::new_phone(world, "Maya").await?;
    phone.sees("[data-testid=page-number]:has-text('Heliograph sends')").await?;
    phone.fills("number-input", MAYA).await?;
    album.keep("phone-number", &phone).await?;
    phone.clicks("number-next").await?;
    phone.shows("page-code").await?;
    phone.fills("code-input", &world.code_for(MAYA).await?).await?;
    phone.clicks("code-next").await?;
    phone.fills("choose-pin-input", "271828").await?;
    album.keep("phone-pin", &phone).await?;
    phone.clicks("choose-pin-next").await?;
    phone.fills("profile-name", "Maya").await?;
    album.keep("phone-profile", &phone).await?;
    phone.clicks("profile-save").await?;
    phone.shows("chat-list-empty").await?;
    phone.is_online().await?;
    album.keep("phone-empty", &phone).await?;
    Ok(phone)
}

/// Everybody says what they have to say.
async fn friendships(world: &World, album: &Album, phone: &Browser) -> Result<Vec<(Person, ChatId)>> {
    let mut friends = Vec::new();
    for (name, number, said) in FRIENDS {
        let mut friend = Person::register(world, name, number).await?;
        phone.starts_chat(number, name).await?;
        let mut chat = None;
        for line in said {
            if let Some(own) = line.strip_prefix("> ") {
                phone.writes(own).await?;
                phone.sees_status(own, "delivered").await?;
            } else {
                let at = match chat {
                    Some(at) => at,
                    // Maya has begun it.
                    None => friend.only_chat().await?,
                };
                chat = Some(at);
                friend.sends(at, line).await?;
                phone.sees_text("message-text", line).await?;
            }
        }
        let chat = chat.context("everybody says something")?;
        let last = said.last().copied().unwrap_or_default();
        if last.starts_with("> ") {
            friend.sees(chat, last.trim_start_matches("> ")).await?;
            let newest = newest(&friend, chat).context("there are messages")?;
            friend.does(Command::MarkRead { chat, up_to: newest }).await?;
            phone.sees_status(last.trim_start_matches("> "), "read").await?;
        }
        phone.clicks("chat-back").await?;
        friends.push((friend, chat));
    }
    // Two have written again since.
    for (index, text) in [(2, "Στην πλατφόρμα 3, όπως πάντα."), (4, "山の空気はいいね。"), (4, "来月も行こう。")]
    {
        let (friend, chat) = friends.get_mut(index).context("a friend")?;
        friend.sends(*chat, text).await?;
        phone.sees_text("chat-preview", text).await?;
    }
    album.keep("phone-chats", phone).await?;
    Ok(friends)
}

fn newest(person: &Person, chat: ChatId) -> Option<MessageId> {
    person.screen.messages.get(&chat)?.keys().next_back().map(|(_, id)| *id)
}

async fn linking(world: &World, album: &Album, phone: &Browser) -> Result<Browser> {
    let browser = Browser::start(world, "browser of Maya", "/", &Setup::chromium(WIDE)).await?;
    browser.shows("link-qr").await?;
    album.keep("link", &browser).await?;
    let code = browser.copies_code().await?;
    phone.starts_scanning().await?;
    phone.pastes_code(&code).await?;
    phone.shows("linking-confirm").await?;
    if phone.at("confirm-pin").count().await? > 0 {
        phone.fills("confirm-pin", "271828").await?;
    }
    phone.sees("[data-testid=confirm-link]:enabled").await?;
    album.keep("phone-confirm", phone).await?;
    let digits = phone.confirms_link().await?;
    album.keep("phone-digits", phone).await?;
    browser.shows("page-digits").await?;
    album.keep("link-digits", &browser).await?;
    browser.types_digits(&digits).await?;
    browser.comes_to("active").await?;
    phone.has_linked().await?;
    browser.is_mirrored().await?;
    Ok(browser)
}

async fn on_the_phone(album: &Album, phone: &Browser) -> Result<()> {
    phone.sees("[data-testid=device]:has-text('Chrom')").await?;
    album.keep("phone-devices", phone).await?;
    phone.clicks("rail-settings").await?;
    phone.shows("section-settings").await?;
    album.keep("phone-settings", phone).await?;
    phone.clicks("rail-code").await?;
    phone.shows("contact-qr").await?;
    album.keep("phone-code", phone).await?;
    phone.clicks("rail-chats").await?;
    phone.clicks("new-chat").await?;
    phone.sees("[data-testid=contact]").await?;
    album.keep("phone-new-chat", phone).await?;
    phone.clicks("rail-chats").await?;
    phone.opens_chat("Ada Thornton").await?;
    phone.sees_text("message-text", "See you there").await?;
    album.keep("phone-chat", phone).await?;
    night(phone, true).await?;
    album.keep("phone-chat-dark", phone).await
}

async fn in_the_browser(album: &Album, browser: &Browser) -> Result<()> {
    album.keep("chats", browser).await?;
    browser.opens_chat("Ada Thornton").await?;
    browser.sees_text("message-text", "See you there").await?;
    album.keep("conversation", browser).await?;
    night(browser, true).await?;
    album.keep("conversation-dark", browser).await?;
    night(browser, false).await?;
    browser.clicks("chat-info-open").await?;
    browser.shows("completeness").await?;
    album.keep("information", browser).await?;
    browser.clicks("info-close").await?;
    browser.clicks("rail-settings").await?;
    browser.shows("section-settings").await?;
    album.keep("settings", browser).await?;
    browser.at("direction").select_option("rtl", None).await?;
    browser.clicks("rail-chats").await?;
    browser.sees("html[dir=rtl]").await?;
    album.keep("conversation-rtl", browser).await?;
    browser.clicks("rail-settings").await?;
    browser.at("direction").select_option("ltr", None).await?;
    browser.clicks("rail-chats").await?;
    browser.sees("html[dir=ltr]").await
}

async fn night(browser: &Browser, dark: bool) -> Result<()> {
    let scheme = if dark { ColorScheme::Dark } else { ColorScheme::Light };
    let options = EmulateMediaOptions::builder().color_scheme(scheme).build();
    Ok(browser.page().emulate_media(Some(options)).await?)
}
