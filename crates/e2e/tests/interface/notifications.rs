//! Notifications while no page is open: the server's push goes through a push service of the test's, and what that would give to the browser
//! is given to its service worker by the debugger. (Browsers subscribe at their makers' services alone, which are far away: that one thing is
//! played.)

use super::{ALICE, BOB};
use anyhow::{Context, Result, ensure};
use client_api::ChatId;
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};
use e2e::push_service::PushService;
use e2e::{Person, World};
use playwright_rs::protocol::CDPSession;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc;

const PATIENCE: Duration = Duration::from_secs(60);

/// What the browser's maker would give out, kept by the browser as long as it is not given back.
fn subscribing(service: &PushService) -> String {
    let (endpoint, p256dh) = (service.endpoint("alice"), service.browser.p256dh());
    let auth = service.browser.auth;
    format!(
        "(() => {{
            const made = {{
                endpoint: {endpoint:?},
                getKey: name => new Uint8Array(name === 'auth' ? {auth:?} : {p256dh:?}).buffer,
                unsubscribe: async () => {{ localStorage.removeItem('subscribed'); return true; }},
            }};
            PushManager.prototype.getSubscription = async () => localStorage.getItem('subscribed') ? made : null;
            PushManager.prototype.subscribe = async options => {{
                if (options.applicationServerKey.length !== 65 || !options.userVisibleOnly) throw new Error('no key');
                localStorage.setItem('subscribed', 'yes');
                return made;
            }};
        }})()"
    )
}

/// A browser's service worker as its debugger has it.
struct ServiceWorker {
    debugger: CDPSession,
    registration: String,
    origin: String,
}

impl ServiceWorker {
    async fn of(browser: &Browser, world: &World) -> Result<Self> {
        let debugger = browser.debugger().await?;
        let (tell, mut heard) = mpsc::unbounded_channel();
        debugger.on("ServiceWorker.workerRegistrationUpdated", move |told: Value| {
            let ids = told.pointer("/registrations").and_then(Value::as_array).cloned().unwrap_or_default();
            for id in ids.iter().filter_map(|found| found.pointer("/registrationId").and_then(Value::as_str)) {
                let _ = tell.send(id.to_owned());
            }
            async { Ok(()) }
        });
        debugger.send("ServiceWorker.enable", None).await?;
        let registration = tokio::time::timeout(PATIENCE, heard.recv()).await?.context("no service worker")?;
        Ok(Self { debugger, registration, origin: world.url()?.origin().ascii_serialization() })
    }

    async fn gets(&self, text: &str) -> Result<()> {
        let push = json!({ "origin": self.origin, "registrationId": self.registration, "data": text });
        self.debugger.send("ServiceWorker.deliverPushMessage", Some(push)).await?;
        Ok(())
    }
}

/// Title, text and tag of each that stands in the system. Asked while none is being shown: Chromium would take that one for gone, for ever.
const STANDING: &str = "(await navigator.locks.request('heliograph-notifications', async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return (await registration.getNotifications()).map(one => [one.title, one.body, one.tag].join('|'));
}))";

/// Waits for one to say this.
async fn is_notified(browser: &Browser, expected: &str) -> Result<()> {
    let standing = format!("(async () => {STANDING})()");
    let waited = async {
        loop {
            let all: Vec<String> = browser.evaluates(&standing).await?;
            if all.iter().any(|one| one.starts_with(expected)) {
                return anyhow::Ok(());
            }
            let next_frame = "new Promise(done => requestAnimationFrame(() => done(null)))";
            browser.evaluates::<Value>(next_frame).await?;
        }
    };
    match tokio::time::timeout(PATIENCE, waited).await {
        Ok(found) => found,
        Err(_) => anyhow::bail!("{expected:?} is not among {:?}", browser.evaluates::<Vec<String>>(&standing).await?),
    }
}

/// Whoever reads another language is notified in it, with its plurals, though no page is open to give the words.
#[tokio::test(flavor = "multi_thread")]
async fn notifications_speak_the_language_of_the_page() -> Result<()> {
    let world = World::new().await?;
    let mut service = PushService::start().await;
    let setup = Setup::chromium(WIDE).with_notifications().speaking("ar");
    let alice = Browser::phone_with(&world, "Alice", &setup).await?;
    alice.page().add_init_script(&subscribing(&service)).await?;
    alice.reloads().await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Robert").await?;
    alice.writes("hello Bob").await?;
    turns_on(&alice).await?;
    let chosen = alice.at("previews").select_option("sender", None).await;
    alice.told_of("choosing what notifications show", chosen).await?;
    alice.finds_true(BOOK_SAYS_SENDERS).await?;
    alice.finds_true("(async () => (await caches.match('/words-of-notifications')) !== undefined)()").await?;
    let chat = bob.only_chat().await?;
    let worker = ServiceWorker::of(&alice, &world).await?;
    closes_the_page(&world, &alice).await?;
    for title in ["Robert|رسالة جديدة|", "Robert|رسالتان جديدتان|", "Robert|3 رسائل جديدة|"]
    {
        bob.sends(chat, "not to be shown").await?;
        worker.gets(&service.next().await.text).await?;
        is_notified(&alice, title).await?;
    }
    alice.closes().await
}

async fn turns_on(alice: &Browser) -> Result<()> {
    alice.clicks("rail-settings").await?;
    alice.clicks("push").await?;
    alice.finds_true("document.querySelector('[data-testid=push]').checked && !document.querySelector('[data-testid=push]').disabled").await
}

/// A page of the site that is no page of the program's: what stands in the system can be seen from it, and nobody is connected.
async fn closes_the_page(world: &World, alice: &Browser) -> Result<()> {
    alice.goes_to(world.url()?.join("/health")?.as_str()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_closed_the_page_is_notified_as_they_wish_and_comes_to_the_chat() -> Result<()> {
    let world = World::new().await?;
    let mut service = PushService::start().await;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE).with_notifications()).await?;
    alice.page().add_init_script(&subscribing(&service)).await?;
    alice.reloads().await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Robert").await?;
    alice.writes("hello Bob").await?;
    turns_on(&alice).await?;
    alice.is_accessible("the settings of notifications").await?;
    alice.is_resized(NARROWEST).await?;
    alice.sees_no(".list-grip").await?;
    alice.fits_the_window("the settings of notifications, narrow").await?;
    alice.is_resized(WIDE).await?;
    alice.finds_true(BOOK_IS_WRITTEN).await?;
    alice.is_kept().await?;
    let chat = bob.only_chat().await?;
    bob.sends(chat, "while the page is open").await?;
    alice.sees_text("message-text", "while the page is open").await?;
    let worker = ServiceWorker::of(&alice, &world).await?;

    closes_the_page(&world, &alice).await?;
    bob.sends(chat, "*words* of a preview").await?;
    let pushed = service.next().await;
    ensure!(pushed.path == "/alice" && !pushed.text.contains("words"), "the server knows no word of it");
    worker.gets(&pushed.text).await?;
    is_notified(&alice, &format!("Robert|*words* of a preview|{}", ui(chat))).await?;
    // The same again is shown no second time.
    worker.gets(&pushed.text).await?;
    is_notified(&alice, "Robert|2 new messages|").await?;
    // What is damaged on the way, or sealed under a key that this browser does not have.
    let mut damaged: Value = serde_json::from_str(&pushed.text)?;
    *damaged.pointer_mut("/notices/0/device").context("a notice")? = json!(7);
    worker.gets(&damaged.to_string()).await?;
    is_notified(&alice, "Robert|3 new messages|").await?;
    // What cannot be read keeps nothing else back; where it comes alone, there is a message at least.
    let mut unreadable: Value = serde_json::from_str(&pushed.text)?;
    *unreadable.pointer_mut("/notices/0/chat").context("a notice")? = json!("*");
    worker.gets(&unreadable.to_string()).await?;
    is_notified(&alice, "Heliograph|New message|heliograph").await?;
    let good = damaged.pointer("/notices/0").context("a notice")?.clone();
    unreadable.pointer_mut("/notices").and_then(Value::as_array_mut).context("notices")?.push(good);
    worker.gets(&unreadable.to_string()).await?;
    is_notified(&alice, "Robert|4 new messages|").await?;

    // The click on it opens a page at that chat; what was read there stands in the system no more.
    alice.goes_to(world.url()?.join(&format!("/phone#chat={}", ui(chat)))?.as_str()).await?;
    alice.sees_text("chat-head-title", "Robert").await?;
    alice.sees_text("message-text", "words of a preview").await?;
    alice.finds_true(&format!("{STANDING}.length === 0")).await?;
    alice.clicks("rail-settings").await?;
    let chosen = alice.at("previews").select_option("sender", None).await;
    alice.told_of("choosing what notifications show", chosen).await?;
    alice.finds_true(BOOK_SAYS_SENDERS).await?;
    bob.sends(chat, "page is open now").await?;
    alice.sees_text("message-text", "page is open now").await?;
    closes_the_page(&world, &alice).await?;
    bob.sends(chat, "not to be shown").await?;
    worker.gets(&service.next().await.text).await?;
    is_notified(&alice, "Robert|New message|").await?;

    // Turned off, nothing is left of the book, and the server has nobody to push to.
    alice.goes_to(world.url()?.join("/phone")?.as_str()).await?;
    alice.comes_to("active").await?;
    alice.clicks("rail-settings").await?;
    alice.clicks("push").await?;
    alice.finds_true("!document.querySelector('[data-testid=push]').checked && !document.querySelector('[data-testid=push]').disabled").await?;
    let left = "(await new Promise(done => {
        const opening = indexedDB.open('heliograph-push');
        opening.onsuccess = () => {
            const all = opening.result.transaction(['chats', 'settings']);
            const counts = ['chats', 'settings'].map(name => all.objectStore(name).count());
            all.oncomplete = () => { opening.result.close(); done(counts[0].result + counts[1].result); };
        };
    })) === 0";
    alice.finds_true(left).await?;
    closes_the_page(&world, &alice).await?;
    bob.sends(chat, "to nobody").await?;
    bob.sees(chat, "to nobody").await?;
    ensure!(service.nothing_more(), "nobody is pushed to");
    alice.closes().await
}

/// What the service worker reads is there.
const BOOK_IS_WRITTEN: &str = "(async () => {
    if (!(await indexedDB.databases()).some(database => database.name === 'heliograph-push')) return false;
    return new Promise(done => {
        const opening = indexedDB.open('heliograph-push');
        opening.onsuccess = () => {
            const all = opening.result.transaction(['chats', 'settings']);
            const counts = ['chats', 'settings'].map(name => all.objectStore(name).count());
            all.oncomplete = () => { opening.result.close(); done(counts.every(count => count.result > 0)); };
        };
    });
})()";

/// The service worker reads there that senders are shown, and no words.
const BOOK_SAYS_SENDERS: &str = "new Promise(done => {
    const opening = indexedDB.open('heliograph-push');
    opening.onsuccess = () => {
        const asked = opening.result.transaction('settings').objectStore('settings').get('now');
        asked.onsuccess = () => { opening.result.close(); done(asked.result?.previews === 'sender'); };
    };
})";

/// Whoever is told of a call by a notification comes to the chat, where it rings.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_a_notification_tells_of_is_answered_where_it_leads() -> Result<()> {
    let world = World::new().await?;
    let mut service = PushService::start().await;
    let with_all = Setup::chromium(WIDE).with_notifications().with_microphone();
    let alice = Browser::phone_with(&world, "Alice", &with_all).await?;
    alice.page().add_init_script(&subscribing(&service)).await?;
    alice.reloads().await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let bob = Browser::phone_with(&world, "Bob", &Setup::chromium(WIDE).with_microphone()).await?;
    bob.registers(&world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Robert").await?;
    alice.writes("hello Bob").await?;
    let chat: String = alice.evaluates("document.querySelector('[data-testid=chat-row]').dataset.chat").await?;
    bob.opens_chat("hello Bob").await?;
    bob.sees_text("message-text", "hello Bob").await?;
    turns_on(&alice).await?;
    alice.finds_true(BOOK_IS_WRITTEN).await?;
    alice.is_kept().await?;
    let worker = ServiceWorker::of(&alice, &world).await?;
    closes_the_page(&world, &alice).await?;
    bob.clicks("call-voice").await?;
    worker.gets(&service.next().await.text).await?;
    is_notified(&alice, &format!("Robert|Incoming call|{chat}")).await?;
    alice.goes_to(world.url()?.join(&format!("/phone#chat={chat}"))?.as_str()).await?;
    alice.sees_text("chat-head-title", "Robert").await?;
    alice.clicks("call-answer").await?;
    for page in [&alice, &bob] {
        page.sees("[data-testid=call][data-state=running]").await?;
    }
    bob.clicks("call-hang-up").await?;
    alice.hides("call").await
}

fn ui(chat: ChatId) -> String {
    chat.to_string()
}
