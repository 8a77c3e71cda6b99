//! Calls in the pages: two people hear and see each other, through the server's forwarding unit, sealed between their browsers.

mod adding;
mod devices;
mod links;
mod log;
mod many;
mod networks;
mod troubles;
mod views;
mod waiting;

use super::{ALICE, BOB, CAROL};
use anyhow::{Result, bail, ensure};
use e2e::World;
use e2e::browser::{Browser, NARROW, NARROWEST, Setup, WIDE};

/// Loudest sample of what is heard from others, measured for as long as it takes to find some; silent where there is no element.
const HEARS: &str = "(async () => {
    const element = document.querySelector('[data-testid=call-sound]');
    if (!element?.srcObject) return false;
    window.ear ??= new AudioContext();
    const ear = window.ear;
    const analyser = ear.createAnalyser();
    ear.createMediaStreamSource(element.srcObject).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    for (let looks = 0; looks < 60; looks += 1) {
        await new Promise(done => requestAnimationFrame(done));
        analyser.getFloatTimeDomainData(samples);
        if (samples.some(sample => Math.abs(sample) > 0.02)) return true;
    }
    return false;
})()";
/// A picture of somebody else is decoded, and moves on.
const SEES: &str = "(async () => {
    const video = document.querySelector('[data-testid=call-tile] video');
    if (!video?.videoWidth) return false;
    let frames = 0;
    const count = () => { frames += 1; video.requestVideoFrameCallback(count); };
    video.requestVideoFrameCallback(count);
    // Some seconds: the page is drawn as often as ever where others have no time to encode.
    for (let looks = 0; looks < 300; looks += 1) {
        await new Promise(done => requestAnimationFrame(done));
        if (frames > 2) return true;
    }
    return false;
})()";

async fn alice_and_bob(world: &World) -> Result<(Browser, Browser)> {
    let alice = Browser::phone_with(world, "Alice", &Setup::chromium(WIDE).with_microphone()).await?;
    alice.registers(world, "Alice", ALICE).await?;
    let bob = Browser::phone_with(world, "Bob", &Setup::chromium(WIDE).with_microphone().dark()).await?;
    bob.registers(world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.writes("shall we talk?").await?;
    bob.opens_chat("shall we talk?").await?;
    bob.sees_text("message-text", "shall we talk?").await?;
    Ok((alice, bob))
}

/// The page begins anew with these in it.
async fn begins_anew_with(page: &Browser, scripts: &[&str]) -> Result<()> {
    for script in scripts {
        page.page().add_init_script(script).await?;
    }
    page.reloads().await?;
    page.is_online().await
}

async fn are_connected(pages: [&Browser; 2]) -> Result<()> {
    for page in pages {
        page.sees("[data-testid=call][data-state=running]").await?;
    }
    Ok(())
}

/// Waits for what tells of a call to say how long it was: on a slow machine that is more than a minute.
async fn says_how_long(page: &Browser, test_id: &str, call: &str) -> Result<()> {
    let told = format!("[...document.querySelectorAll('[data-testid={test_id}]')]");
    page.finds_true(&format!("{told}.some(told => /{call}, [0-9]+:[0-9][0-9]/.test(told.textContent))")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_hear_each_other_until_one_hangs_up() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-voice").await?;
    alice.sees("[data-testid=call][data-state=calling]").await?;
    bob.shows("call-ring").await?;
    bob.is_accessible("a call that rings").await?;
    bob.clicks("call-answer").await?;
    bob.hides("call-ring").await?;
    are_connected([&alice, &bob]).await?;
    for page in [&alice, &bob] {
        page.finds_true(HEARS).await?;
        page.is_accessible("a call").await?;
    }
    // Who has turned the microphone off is not heard.
    alice.clicks("call-mute").await?;
    alice.sees("[data-testid=call-mute][data-on=false]").await?;
    bob.finds_true(&format!("{HEARS}.then(heard => !heard)")).await?;
    alice.clicks("call-mute").await?;
    bob.finds_true(HEARS).await?;

    alice.clicks("call-hang-up").await?;
    for page in [&alice, &bob] {
        page.hides("call").await?;
        says_how_long(page, "message-call", "Voice call").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_seen_who_is_muted_and_who_raises_a_hand() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-voice").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    bob.sees("[data-testid=call-tile][data-muted=false]").await?;
    alice.presses("m").await?;
    bob.sees("[data-testid=call-tile][data-muted=true]").await?;
    bob.sees_text("call-signs", "microphone off, camera off").await?;
    // Whoever is silent keeps the hand up.
    alice.presses("h").await?;
    bob.sees("[data-testid=call-tile][data-hand=true]").await?;
    bob.sees_text("call-hands", "Raised hands: ").await?;
    alice.sees("[data-testid=call-hand-up][data-on=true]").await?;
    bob.is_accessible("a raised hand").await?;
    bob.is_resized(NARROWEST).await?;
    bob.fits_the_window("a raised hand").await?;
    // Nothing of it comes into the next call.
    bob.clicks("call-hang-up").await?;
    alice.hides("call").await?;
    bob.clicks("call-voice").await?;
    alice.clicks("call-answer").await?;
    bob.sees("[data-testid=call-tile][data-muted=false][data-hand=false]").await?;
    alice.clicks("call-mute").await?;
    alice.clicks("call-hand-up").await?;
    bob.sees("[data-testid=call-tile][data-muted=true][data-hand=true]").await?;
    alice.clicks("call-hand-up").await?;
    bob.sees("[data-testid=call-tile][data-hand=false]").await?;
    // It falls by itself when whoever raised it has spoken for a while. What Bob's microphone hears would be taken for an echo.
    bob.clicks("call-mute").await?;
    alice.clicks("call-hand-up").await?;
    bob.sees("[data-testid=call-tile][data-hand=true]").await?;
    alice.clicks("call-mute").await?;
    bob.sees("[data-testid=call-tile][data-muted=false][data-hand=false]").await?;
    alice.sees("[data-testid=call-hand-up][data-on=false]").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_see_each_other() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-video").await?;
    bob.shows("call-ring").await?;
    bob.clicks("call-answer-video").await?;
    are_connected([&alice, &bob]).await?;
    for page in [&alice, &bob] {
        page.finds_true(SEES).await?;
        page.finds_true(HEARS).await?;
        page.is_accessible("a call with pictures").await?;
    }
    // Without a picture a name and a face stand there.
    bob.clicks("call-camera").await?;
    alice.sees("[data-testid=call-tile][data-pictures='0']").await?;
    bob.clicks("call-camera").await?;
    alice.finds_true(SEES).await?;

    bob.is_resized(NARROWEST).await?;
    bob.fits_the_window("a call with pictures").await?;
    bob.clicks("call-size").await?;
    bob.fits_the_window("a small call").await?;
    bob.writes("and can write meanwhile").await?;
    alice.clicks("call-hang-up").await?;
    bob.hides("call").await?;
    alice.sees_text("message-text", "and can write meanwhile").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_is_shared_beside_the_voice() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-voice").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    alice.clicks("call-screen").await?;
    alice.sees("[data-testid=call-screen][data-on=true]").await?;
    alice.shows("call-self").await?;
    bob.sees("[data-testid=call-tile][data-pictures='1']").await?;
    bob.finds_true(SEES).await?;
    bob.finds_true(HEARS).await?;
    alice.is_accessible("a shared screen").await?;
    alice.clicks("call-screen").await?;
    bob.sees("[data-testid=call-tile][data-pictures='0']").await?;
    bob.finds_true(HEARS).await?;
    bob.clicks("call-hang-up").await?;
    alice.hides("call").await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_to_talk_declines_and_who_misses_a_call_sees_so() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-voice").await?;
    bob.shows("call-ring").await?;
    bob.clicks("call-decline").await?;
    alice.hides("call").await?;
    alice.sees_text("toast", "declined your call").await?;
    for page in [&alice, &bob] {
        page.sees_text("message-call", "Voice call, declined").await?;
    }
    alice.clicks("call-video").await?;
    bob.shows("call-ring").await?;
    alice.clicks("call-hang-up").await?;
    bob.hides("call-ring").await?;
    bob.sees_text("message-call", "Missed video call").await?;
    alice.sees_text("message-call", "Video call, no answer").await?;
    let shown = alice.reads_all("message-call").await?;
    ensure!(shown.len() == 2, "two calls, and no more: {shown:?}");
    Ok(())
}

/// Alice's group with both others, open on all three.
async fn group_of_three(world: &World) -> Result<[Browser; 3]> {
    let [wide, narrow] = [WIDE, NARROW].map(|size| Setup::chromium(size).with_microphone());
    let people = [("Alice", ALICE, wide), ("Bob", BOB, narrow.clone()), ("Carol", CAROL, narrow)];
    group_of(world, people, &[]).await
}

/// The first one's group with all others, open on all, on pages with these scripts.
async fn group_of<const PEOPLE: usize>(
    world: &World,
    people: [(&str, &str, Setup); PEOPLE],
    scripts: &[&str],
) -> Result<[Browser; PEOPLE]> {
    let mut pages = Vec::new();
    for (name, number, setup) in &people {
        let page = Browser::phone_with(world, name, setup).await?;
        for script in scripts {
            page.page().add_init_script(script).await?;
        }
        if !scripts.is_empty() {
            page.reloads().await?;
        }
        page.registers(world, name, number).await?;
        pages.push(page);
    }
    let pages: [Browser; PEOPLE] = pages.try_into().map_err(|_| anyhow::anyhow!("a page for each"))?;
    let [maker, others @ ..] = pages.as_slice() else { bail!("a group has people") };
    for (name, number, _) in people.iter().skip(1) {
        maker.starts_chat(number, name).await?;
    }
    let names: Vec<&str> = people.iter().skip(1).map(|(name, ..)| *name).collect();
    maker.makes_group("Climbers", &names).await?;
    maker.writes("hello all").await?;
    for page in others {
        page.opens_chat("hello all").await?;
        page.sees_text("message-text", "hello all").await?;
    }
    Ok(pages)
}

fn tiles(count: usize) -> String {
    format!("document.querySelectorAll('[data-testid=call-tile]').length === {count}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_talks_and_who_leaves_can_come_back() -> Result<()> {
    let world = World::new().await?;
    let [alice, bob, carol] = group_of_three(&world).await?;
    alice.clicks("call-video").await?;
    for page in [&bob, &carol] {
        page.sees_text("call-ring", "Climbers").await?;
        page.clicks("call-answer-video").await?;
    }
    for page in [&alice, &bob, &carol] {
        page.sees("[data-testid=call][data-state=running]").await?;
        page.finds_true(&tiles(2)).await?;
        page.finds_true(SEES).await?;
        page.finds_true(HEARS).await?;
    }
    alice.is_accessible("a call of three").await?;
    bob.is_resized(NARROWEST).await?;
    bob.fits_the_window("a call of three").await?;
    carol.clicks("call-hang-up").await?;
    for page in [&alice, &bob] {
        page.finds_true(&tiles(1)).await?;
    }
    // The call goes on in the chat, and there is a way back into it.
    carol.sees_text("call-running", "A call goes on here, with 2 people").await?;
    carol.is_accessible("a call that goes on").await?;
    carol.clicks("chat-back").await?;
    carol.sees_text("chat-call", "A call goes on: join").await?;
    carol.is_accessible("a call that goes on, in the list").await?;
    carol.clicks("chat-call").await?;
    carol.clicks("call-join").await?;
    for page in [&alice, &bob, &carol] {
        page.finds_true(&tiles(2)).await?;
        page.finds_true(HEARS).await?;
    }
    for page in [&carol, &bob, &alice] {
        page.clicks("call-hang-up").await?;
        page.hides("call").await?;
    }
    for page in [&alice, &bob, &carol] {
        page.hides("call-running").await?;
        says_how_long(page, "message-call", "Video call").await?;
    }
    Ok(())
}

/// Whoever is taken out of the group hears and sees nothing of it any more.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_taken_out_of_a_group_is_out_of_its_call() -> Result<()> {
    let world = World::new().await?;
    let [alice, bob, carol] = group_of_three(&world).await?;
    alice.clicks("call-voice").await?;
    for page in [&bob, &carol] {
        page.clicks("call-answer").await?;
    }
    for page in [&alice, &bob, &carol] {
        page.finds_true(HEARS).await?;
    }
    alice.clicks("call-size").await?;
    alice.clicks("chat-info-open").await?;
    alice.clicks_at("[data-testid=member]:has-text('Carol') [data-testid=member-menu]").await?;
    alice.clicks("member-remove").await?;
    alice.clicks("group-confirm").await?;
    carol.hides("call").await?;
    for page in [&alice, &bob] {
        page.finds_true(&tiles(1)).await?;
        // In the epoch without her, they go on.
        page.finds_true(HEARS).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_rings_on_all_own_devices_is_answered_on_one_and_moves_to_another() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    let desk = Browser::companion_with(&world, "Desk", &Setup::chromium(WIDE).with_microphone()).await?;
    desk.links_by_text(&bob).await?;
    desk.is_mirrored().await?;
    desk.opens_chat("shall we talk?").await?;
    bob.clicks("rail-chats").await?;
    bob.opens_chat("shall we talk?").await?;
    // What is said of a call is sealed for those whom the caller knows to be there: she has heard of the new device.
    desk.writes("here as well").await?;
    alice.sees_text("message-text", "here as well").await?;
    alice.clicks("call-voice").await?;
    for page in [&bob, &desk] {
        page.shows("call-ring").await?;
    }
    desk.clicks("call-answer").await?;
    bob.hides("call-ring").await?;
    are_connected([&alice, &desk]).await?;
    bob.sees_text("call-running", "You are in this call on another device").await?;
    bob.clicks("call-join").await?;
    desk.hides("call").await?;
    desk.sees_text("toast", "goes on on another of your devices").await?;
    are_connected([&alice, &bob]).await?;
    for page in [&alice, &bob] {
        page.finds_true(HEARS).await?;
    }
    bob.clicks("call-hang-up").await?;
    for page in [&alice, &bob, &desk] {
        page.hides("call").await?;
        says_how_long(page, "message-call", "Voice call").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_call_each_other_at_once_are_in_one_call() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    let (one, other) = tokio::join!(alice.clicks("call-voice"), bob.clicks("call-voice"));
    one.and(other)?;
    are_connected([&alice, &bob]).await?;
    for page in [&alice, &bob] {
        page.hides("call-ring").await?;
        page.finds_true(HEARS).await?;
    }
    alice.clicks("call-hang-up").await?;
    for page in [&alice, &bob] {
        page.hides("call").await?;
        says_how_long(page, "message-call", "Voice call").await?;
    }
    Ok(())
}

/// Keeps connections to ask them what came.
const COLLECTING: &str = "
    window.connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...given) { super(...given); window.connections.push(this); }
    };
";
/// A sound that is no silence was decoded: Firefox plays nothing to whoever listens on a machine without loudspeakers.
const DECODES_SOUND: &str = "(async () => {
    const stats = await Promise.all(window.connections.map(connection => connection.getStats()));
    const lines = stats.flatMap(report => [...report.values()]).filter(entry => entry.type === 'inbound-rtp');
    return lines.some(line => line.kind === 'audio' && line.totalAudioEnergy > 0.001);
})()";
/// Has the keys of the call swapped on their way to the sealing worker.
const ANOTHER_KEY: &str = "
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
        if (message?.keys?.base) message.keys.base[0] ^= 1;
        return post.call(this, message, ...rest);
    };
";
/// Media has come from the server, and nothing of it was decoded.
const COMES_AND_STAYS_SEALED: &str = "(async () => {
    const stats = await Promise.all(window.connections.map(connection => connection.getStats()));
    const lines = stats.flatMap(report => [...report.values()]).filter(entry => entry.type === 'inbound-rtp');
    const video = lines.filter(line => line.kind === 'video');
    return video.some(line => line.packetsReceived > 200) && lines.every(line => !line.framesDecoded);
})()";

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_of_the_chat_nothing_of_a_call_is_decoded() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    begins_anew_with(&bob, &[COLLECTING, ANOTHER_KEY]).await?;
    alice.clicks("call-video").await?;
    bob.clicks("call-answer-video").await?;
    bob.finds_true(COMES_AND_STAYS_SEALED).await?;
    bob.finds_true(&format!("{HEARS}.then(heard => !heard)")).await?;
    alice.finds_true(&format!("{SEES}.then(seen => !seen)")).await?;
    bob.sees_text("call-status", "Connecting").await
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_and_firefox_talk() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE).with_microphone()).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let bob = Browser::phone_with(&world, "Bob", &Setup::firefox(WIDE).with_microphone()).await?;
    bob.registers(&world, "Bob", BOB).await?;
    begins_anew_with(&bob, &[COLLECTING]).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.writes("from Chromium").await?;
    bob.opens_chat("from Chromium").await?;
    bob.sees_text("message-text", "from Chromium").await?;
    alice.clicks("call-video").await?;
    bob.clicks("call-answer-video").await?;
    are_connected([&alice, &bob]).await?;
    for page in [&alice, &bob] {
        page.finds_true(SEES).await?;
    }
    alice.finds_true(HEARS).await?;
    bob.finds_true(DECODES_SOUND).await?;
    // A camera that is turned on behind lines of the unit's comes on a line without a port.
    bob.clicks("call-camera").await?;
    alice.sees("[data-testid=call-tile][data-pictures='0']").await?;
    bob.clicks("call-hang-up").await?;
    alice.hides("call").await?;
    alice.clicks("call-video").await?;
    bob.clicks("call-answer").await?;
    bob.finds_true(SEES).await?;
    bob.clicks("call-camera").await?;
    alice.finds_true(SEES).await?;
    bob.clicks("call-hang-up").await?;
    alice.hides("call").await
}

/// The worker's own script, with a way to lead frames through it as a browser does.
fn in_worker(test: &str) -> String {
    let script = include_str!("../../../web-ui/web/call-frames.js");
    format!(
        "(async () => {{
            const self = {{ postMessage: said => self.said.push(said), said: [] }};
            {script}
            const hex = text => Uint8Array.from(text.match(/../g), byte => parseInt(byte, 16));
            const text = bytes => [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, '0')).join('');
            const passes = async (frames, options) => {{
                const out = [];
                const readable = new ReadableStream({{ start(to) {{ frames.forEach(data => to.enqueue({{ data }})); to.close(); }} }});
                await new Promise(done => {{
                    const writable = new WritableStream({{ write(frame) {{ out.push(frame.data); }}, close: done }});
                    self.onrtctransform({{ transformer: {{ readable, writable, options }} }});
                }});
                return out;
            }};
            const base = hex('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff');
            {test}
        }})()"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_are_sealed_as_the_standard_says() -> Result<()> {
    let world = World::new().await?;
    let page = Browser::new_phone(&world, "Phone").await?;
    // RFC 9605, appendix C.3.
    let sealed: String = page
        .evaluates(&in_worker(
            "const given = await crypto.subtle.importKey('raw', hex('000102030405060708090a0b0c0d0e0f'), 'HKDF', false, ['deriveKey', 'deriveBits']);
            const keys = await derive(given, hex('0000000000000123'));
            const input = algorithm(keys, 0x4567, hex('99012345674945544620534672616d65205747'));
            return text(await crypto.subtle.encrypt(input, keys.key, hex('64726166742d696574662d736672616d652d656e63')));",
        ))
        .await?;
    ensure!(sealed == "94f509d36e9beacb0e261d99c7d1e972f1fed787d4049f17ca21353c1cc24d56ceabced279", "{sealed}");
    // A key frame and another one of VP8, and sound: some bytes stay readable, the rest does not, and all of it comes out again, once.
    let outcome: Vec<String> = page
        .evaluates(&in_worker(
            "await takeKeys({ generation: 1, epoch: 3, base, leaf: 258, leaves: [['x/1', 258], ['y/1', 7]] });
            self.onmessage({ data: { lines: [['a', 'x/1'], ['b', 'x/1'], ['c', 'y/1']] } });
            const video = [hex('10' + '22'.repeat(40)).buffer, hex('11' + '33'.repeat(40)).buffer];
            const sent = await passes(video, { kind: 'video' });
            const clear = [text(sent[0]).startsWith('10' + '22'.repeat(9) + 'f8'), text(sent[1]).startsWith('113333f8'), !text(sent[0]).includes('22'.repeat(12))];
            const came = await passes([...sent, sent[0]], { mid: 'a', kind: 'video' });
            const same = came.length === 2 && came.every((data, at) => text(data) === text(video[at]));
            const sound = await passes([hex('78' + '44'.repeat(20)).buffer], { kind: 'audio' });
            const changed = new Uint8Array(sound[0].slice()); changed[changed.length - 1] ^= 1;
            const front = new Uint8Array(sound[0].slice()); front[0] ^= 1;
            const wrong = await passes([changed.buffer, front.buffer, new ArrayBuffer(0), new ArrayBuffer(9), hex('78' + 'ff'.repeat(60)).buffer], { mid: 'b', kind: 'audio' });
            const nobodys = [await passes([sound[0]], { mid: 'c', kind: 'audio' }), await passes([sound[0]], { mid: 'd', kind: 'audio' })];
            const right = await passes([sound[0]], { mid: 'b', kind: 'audio' });
            return [clear, same, wrong.length, nobodys.map(frames => frames.length), right.length, self.said.map(said => said.opened)].map(part => JSON.stringify(part));",
        ))
        .await?;
    let expected = ["[true,true,true]", "true", "0", "[0,0]", "1", r#"["a","b"]"#];
    ensure!(outcome == expected, "{outcome:?}");
    // What was held is sealed for the next epoch alone, and for a next generation with counters of its own.
    let epochs: Vec<String> = page
        .evaluates(&in_worker(
            "const seals = async () => text((await passes([hex('78' + '44'.repeat(20)).buffer], { kind: 'audio' }))[0] ?? new ArrayBuffer(0)).slice(2, 24);
            const leaves = [['x/1', 1]];
            await takeKeys({ generation: 1, epoch: 3, base, leaf: 1, leaves });
            const first = await seals();
            self.onmessage({ data: { hold: true } });
            const silent = await seals();
            const later = takeKeys({ generation: 1, epoch: 4, base: base.map(byte => byte ^ 1), leaf: 1, leaves });
            const meanwhile = await seals();
            await later;
            const second = await seals();
            await takeKeys({ generation: 2, epoch: 4, base: base.map(byte => byte ^ 2), leaf: 1, leaves });
            begin(epochs.at(-1));
            self.onmessage({ data: { lines: [['a', 'x/1']] } });
            const third = await passes([hex('78' + '44'.repeat(20)).buffer], { kind: 'audio' });
            const opened = await passes(third, { mid: 'a', kind: 'audio' });
            return [first.slice(16, 20), silent, meanwhile, second.slice(16, 20), text(third[0]).slice(18, 22), `${opened.length}`];",
        ))
        .await?;
    ensure!(epochs == ["0300", "", "", "0400", "0400", "1"], "{epochs:?}");
    Ok(())
}
