//! Photos and documents in the pages: chosen, dropped and pasted, seen and saved at the other side.

use super::{ALICE, BOB};
use anyhow::{Context, Result, ensure};
use e2e::World;
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};
use playwright_rs::protocol::FilePayload;
use std::path::PathBuf;

/// Keeps what the page gives to its worker, and what it lets be saved.
pub(super) const WATCHING: &str = "
    window.given = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
        if (message?.file) window.given.push(message.file);
        return post.call(this, message, ...rest);
    };
    window.addresses = new Map();
    const make = URL.createObjectURL;
    URL.createObjectURL = blob => { const address = make(blob); window.addresses.set(address, blob); return address; };
    window.streams = [];
    const ask = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = async function (wish) {
        const stream = await ask.call(this, wish);
        window.streams.push(stream);
        return stream;
    };
    window.saved = [];
    HTMLAnchorElement.prototype.click = function () { window.saved.push([this.download, window.addresses.get(this.href), this.href]); };
";
const PICTURE: &str = "document.querySelector('[data-testid=media-picture]')";
/// What the player shows from now on, also what passes by: whether it plays, and how far it is.
const NOTING_PLAYER: &str = "(() => {
    window.shown = [];
    const player = () => document.querySelector('[data-testid=media-player]');
    const note = () => window.shown.push(`${player()?.dataset.playing} ${player()?.querySelector('[data-testid=media-time]').textContent}`);
    new MutationObserver(note)
        .observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ['data-playing'] });
    return true;
})()";
/// The player has said that it plays, and that it has come this far.
const HAS_PLAYED: &str = "window.shown.includes('true 0:01')";
/// How long is recorded, as it is shown; it goes on meanwhile.
const RECORDED: &str = "document.querySelector('[data-testid=voice-time]')?.textContent";

/// Two wide pages with the chat of both open.
pub(super) async fn alice_and_bob(world: &World) -> Result<(Browser, Browser)> {
    let alice = Browser::phone_with(world, "Alice", &Setup::chromium(WIDE).with_microphone()).await?;
    alice.registers(world, "Alice", ALICE).await?;
    let bob = Browser::phone_with(world, "Bob", &Setup::chromium(WIDE).dark()).await?;
    bob.registers(world, "Bob", BOB).await?;
    for page in [&alice, &bob] {
        page.page().add_init_script(WATCHING).await?;
        page.reloads().await?;
        page.is_online().await?;
    }
    alice.starts_chat(BOB, "Bob").await?;
    alice.writes("look").await?;
    bob.opens_chat("look").await?;
    bob.sees_text("message-text", "look").await?;
    Ok((alice, bob))
}

pub(super) async fn chooses(browser: &Browser, input: &str, name: &str, mime: &str, bytes: Vec<u8>) -> Result<()> {
    let file = FilePayload::new(name, mime, bytes);
    let done = browser.at(input).set_input_files_payload(file, None).await;
    browser.told_of("choosing a file", done).await?;
    browser.shows("offer").await
}

/// A file that a real program made.
pub(super) fn sample(name: &str) -> Result<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/media").join(name);
    std::fs::read(&path).with_context(|| path.display().to_string())
}

/// The colour at a place of the picture that is shown, in hundredths of its sides.
pub(super) async fn colour(browser: &Browser, x: u32, y: u32) -> Result<[u8; 3]> {
    let colour: Vec<u8> = browser
        .evaluates(&format!(
            "(picture => {{
                const canvas = document.createElement('canvas');
                canvas.width = 100; canvas.height = 100;
                const pen = canvas.getContext('2d');
                pen.drawImage(picture, 0, 0, 100, 100);
                return [...pen.getImageData({x}, {y}, 1, 1).data].slice(0, 3);
            }})({PICTURE})"
        ))
        .await?;
    <[u8; 3]>::try_from(colour).ok().context("three parts")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_arrives_upright_without_the_place_where_it_was_taken() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    let photo = sample("turned-with-place.jpg")?;
    ensure!(photo.windows(8).any(|part| part == b"Heliocam"), "the sample says of which camera it is");
    chooses(&alice, "attach-pictures-input", "beach.jpg", "image/jpeg", photo).await?;
    alice.is_accessible("what was chosen").await?;
    alice.fills("offer-caption", "at the *sea*").await?;
    alice.clicks("offer-send").await?;
    alice.hides("offer").await?;
    for page in [&alice, &bob] {
        page.sees_text("message-text", "at the sea").await?;
        page.finds_true(&format!("{PICTURE}?.naturalWidth === 480 && {PICTURE}.naturalHeight === 640")).await?;
        let (above, below) = (colour(page, 50, 25).await?, colour(page, 50, 75).await?);
        ensure!(above[0] > 200 && above[2] < 60 && below[2] > 200 && below[0] < 60, "{above:?} above {below:?}");
        page.is_accessible("a photo").await?;
    }
    let words = "window.given[0].arrayBuffer().then(bytes => new TextDecoder('latin1').decode(bytes))";
    let sent: String = alice.evaluates(words).await?;
    ensure!(!sent.contains("Exif") && !sent.contains("Heliocam"), "what the camera wrote went along");

    // Looked at by keys.
    bob.clicks("media-open").await?;
    bob.shows("viewer-photo").await?;
    bob.is_accessible("the viewer").await?;
    bob.presses("+").await?;
    bob.sees("[data-testid=viewer-photo][data-zoom='1.50']").await?;
    bob.presses("0").await?;
    bob.sees("[data-testid=viewer-photo][data-zoom='1.00']").await?;
    bob.presses("Escape").await?;
    bob.hides("viewer").await?;
    bob.finds_true("document.activeElement.matches('[data-testid=message]')").await?;
    bob.is_resized(NARROWEST).await?;
    bob.fits_the_window("a photo").await?;
    alice.closes().await?;
    bob.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_arrives_as_it_was_and_its_name_does_nothing() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    // Several segments and a part of one.
    let bytes: Vec<u8> = (0..300_001_u32).map(|at| (at * 7 % 251) as u8).collect();
    let name = "<img src=x onerror=alert(1)> a report that has a very long name \u{202E}fdp.pdf";
    bob.is_kept().await?;
    chooses(&alice, "attach-documents-input", name, "application/pdf", bytes.clone()).await?;
    alice.fits_the_window("a long name").await?;
    alice.clicks("offer-send").await?;
    bob.shows("media-document").await?;
    if bob.at("media-download").count().await? > 0 {
        bob.clicks("media-download").await?;
    }
    bob.shows("media-save").await?;
    ensure!(bob.page().locator("[data-testid=media-document] img").count().await? == 0, "the name is no HTML");
    bob.is_accessible("a document").await?;
    bob.clicks("media-save").await?;
    bob.finds_true("window.saved.length === 1").await?;
    // The service worker gives it, once, with its name.
    let given: (Vec<u8>, String, String) = bob
        .evaluates(
            "fetch(window.saved[0][2]).then(async answer => [
                [...new Uint8Array(await answer.arrayBuffer())],
                answer.headers.get('content-disposition'), answer.headers.get('cache-control')
            ])",
        )
        .await?;
    let (saved, name, kept) = given;
    ensure!(saved == bytes, "{} bytes are other ones", saved.len());
    ensure!(name.starts_with("attachment") && name.ends_with(".pdf") && !name.contains("%E2%80%AE"), "{name}");
    ensure!(kept == "no-store", "{kept}");
    bob.finds_true("fetch(window.saved[0][2]).then(answer => answer.status === 404)").await?;
    bob.is_resized(NARROWEST).await?;
    bob.fits_the_window("a document").await?;
    alice.closes().await?;
    bob.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_dropped_and_pasted_and_left_out_again() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    let event = |kind: &str, event: &str, at: &str| {
        format!(
            "(() => {{
                const carried = new DataTransfer();
                carried.items.add(new File(['some words'], 'words.txt', {{ type: 'text/plain' }}));
                document.querySelector('{at}').dispatchEvent(new {kind}('{event}', {{
                    bubbles: true, cancelable: true, dataTransfer: carried, clipboardData: carried
                }}));
                return true;
            }})()"
        )
    };
    alice.evaluates::<bool>(&event("DragEvent", "dragover", ".messages")).await?;
    alice.shows("drop-target").await?;
    alice.is_accessible("where files are dropped").await?;
    alice.evaluates::<bool>(&event("DragEvent", "drop", ".messages")).await?;
    alice.hides("drop-target").await?;
    alice.sees_text("offer-file", "words.txt").await?;
    alice.clicks("offer-remove").await?;
    alice.hides("offer").await?;
    alice.evaluates::<bool>(&event("ClipboardEvent", "paste", "[data-testid=composer-input]")).await?;
    alice.sees_text("offer-file", "words.txt").await?;
    alice.clicks("offer-send").await?;
    bob.sees_text("media-document", "words.txt").await?;
    bob.sees_text("chat-preview", "Document").await?;
    // By keys alone.
    alice.presses("Alt+a").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=attach-pictures]')").await?;
    alice.is_accessible("the menu of what can be attached").await?;
    alice.presses("Escape").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=attach]')").await?;
    alice.closes().await?;
    bob.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_spoken_is_heard_with_its_waveform_and_as_fast_as_one_likes() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    // Thrown away: by its button and by Escape; the field is there again each time.
    for way_out in ["voice-drop", "Escape"] {
        alice.clicks("voice").await?;
        alice.shows("voice-note").await?;
        alice.finds_true("document.activeElement.matches('[data-testid=voice-send]')").await?;
        match way_out {
            "Escape" => alice.presses("Escape").await?,
            button => alice.clicks(button).await?,
        }
        alice.hides("voice-note").await?;
        alice.finds_true("document.activeElement.matches('[data-testid=composer-input]')").await?;
    }
    alice.clicks("voice").await?;
    alice.finds_true(&format!("{RECORDED} >= '0:01'")).await?;
    alice.is_accessible("a voice message that is recorded").await?;
    alice.clicks("voice-pause").await?;
    alice.sees("[data-testid=voice-note][data-paused=true]").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("a voice message that is recorded").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("voice-pause").await?;
    alice.finds_true(&format!("{RECORDED} >= '0:02'")).await?;
    alice.clicks("voice-send").await?;
    alice.hides("voice-note").await?;
    for page in [&alice, &bob] {
        page.shows("media-play").await?;
        page.is_accessible("a voice message").await?;
        // What beeps is silent in between.
        let heights = "new Set([...document.querySelectorAll('.wave-bar')].map(bar => bar.style.blockSize)).size > 1";
        page.finds_true(heights).await?;
    }
    bob.sees_text("chat-preview", "Voice message").await?;
    bob.clicks("media-speed").await?;
    bob.sees_text("media-speed", "1.5×").await?;
    bob.evaluates::<bool>(NOTING_PLAYER).await?;
    bob.clicks("media-play").await?;
    bob.finds_true(HAS_PLAYED).await?;
    bob.finds_true("document.querySelector('audio').playbackRate === 1.5").await?;
    bob.sees("[data-testid=media-player][data-playing=false]").await?;
    // The microphone was let go each time.
    alice.finds_true("window.streams.length === 3 && window.streams.every(stream => !stream.active)").await?;
    alice.closes().await?;
    bob.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_and_a_song_play_and_what_is_no_photo_stays_in_the_dialog() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    let files = [
        FilePayload::new("film.webm", "video/webm", sample("film.webm")?),
        FilePayload::new("song.mp3", "audio/mpeg", sample("song.mp3")?),
        // As a camera's own format would be: of this browser no photo comes out of it, and its place would go along.
        FilePayload::new("private.heic", "image/heic", b"ftypheic and where it was taken".to_vec()),
    ];
    let done = alice.at("attach-pictures-input").set_input_files_payload_multiple(&files, None).await;
    alice.told_of("choosing files", done).await?;
    alice.fills("offer-caption", "from the harbour").await?;
    alice.is_accessible("several files").await?;
    alice.clicks("offer-send").await?;
    alice.sees_text("offer-notice", "private.heic").await?;
    alice.finds_true("document.querySelectorAll('[data-testid=offer-file]').length === 1").await?;
    alice.is_accessible("a file that was not sent").await?;
    alice.clicks("offer-cancel").await?;
    alice.hides("offer").await?;

    bob.sees_text("message-text", "from the harbour").await?;
    bob.clicks_at("[data-testid=media-video] [data-testid=media-download]").await?;
    bob.clicks_at("[data-testid=media-video] [data-testid=media-open]").await?;
    let film = "document.querySelector('[data-testid=viewer-film]')";
    bob.finds_true(&format!("{film}?.videoWidth === 320 && {film}.currentTime > 0.5")).await?;
    bob.presses("Escape").await?;
    bob.hides("viewer").await?;
    bob.clicks_at("[data-testid=media-player] [data-testid=media-download]").await?;
    bob.evaluates::<bool>(NOTING_PLAYER).await?;
    bob.clicks("media-play").await?;
    bob.finds_true(HAS_PLAYED).await?;
    ensure!(bob.page().locator(".media-trouble-line").count().await? == 0, "it plays, and says that it does not");
    bob.clicks("media-play").await?;
    bob.sees("[data-testid=media-player][data-playing=false]").await?;

    // All of it is found beside the chat.
    alice.writes("the way there: https://example.org/harbour").await?;
    bob.sees_text("message-text", "the way there").await?;
    bob.clicks("chat-info-open").await?;
    bob.clicks("info-carried").await?;
    for (kind, name) in [("pictures", "from the harbour"), ("files", "song.mp3"), ("links", "example.org")] {
        bob.clicks(&format!("carried-{kind}")).await?;
        bob.sees_text("found-text", name).await?;
        bob.finds_true("document.querySelectorAll('[data-testid=found-text]').length === 1").await?;
        bob.is_accessible("what a chat carries").await?;
    }
    bob.is_resized(NARROWEST).await?;
    bob.fits_the_window("what a chat carries").await?;
    bob.clicks("carried-close").await?;
    bob.finds_true("document.activeElement.matches('[data-testid=info-carried]')").await?;
    alice.closes().await?;
    bob.closes().await
}
