//! Photos that are turned, mirrored, cut and drawn on before they are sent.

use super::media::{alice_and_bob, chooses, colour, sample};
use anyhow::{Result, ensure};
use e2e::World;
use e2e::browser::{NARROWEST, WIDE};

const CANVAS: &str = "document.querySelector('[data-testid=edit-canvas]')";

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_changed_before_it_is_sent_and_arrives_so() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    // Red above blue, 480 by 640.
    chooses(&alice, "attach-pictures-input", "beach.jpg", "image/jpeg", sample("turned-with-place.jpg")?).await?;
    alice.fills("offer-caption", "as I like it").await?;
    alice.clicks("offer-edit").await?;
    alice.finds_true(&format!("{CANVAS}?.width === 480 && {CANVAS}.height === 640")).await?;
    alice.is_accessible("a photo that is changed").await?;
    // Blue to the left of red; then red to the left of blue.
    alice.clicks("edit-turn").await?;
    alice.finds_true(&format!("{CANVAS}.width === 640 && {CANVAS}.height === 480")).await?;
    alice.clicks("edit-mirror").await?;
    // By keys: a fifth of its width goes, from the right.
    alice.clicks("edit-crop").await?;
    alice.is_accessible("a photo that is cut").await?;
    alice.evaluates::<bool>("(document.querySelector('[data-testid=edit-bottom-right]').focus(), true)").await?;
    for _ in 0..10 {
        alice.presses("ArrowLeft").await?;
    }
    alice.clicks("edit-cut").await?;
    alice.finds_true(&format!("{CANVAS}.width === 512 && {CANVAS}.height === 480")).await?;
    // A line across it, and one that is taken back.
    alice.clicks("edit-draw").await?;
    alice.clicks("edit-colour-0").await?;
    alice.clicks("edit-width-1").await?;
    alice.is_accessible("a photo that is drawn on").await?;
    let draw = |from: f64, to: f64, high: f64| {
        format!(
            "(canvas => {{
                const area = canvas.getBoundingClientRect();
                for (const [kind, x] of [['pointerdown', {from}], ['pointermove', {to}], ['pointerup', {to}]]) {{
                    canvas.dispatchEvent(new PointerEvent(kind, {{ bubbles: true, pointerId: 1,
                        clientX: area.left + x * area.width, clientY: area.top + {high} * area.height }}));
                }}
                return true;
            }})({CANVAS})"
        )
    };
    alice.evaluates::<bool>(&draw(0.05, 0.95, 0.5)).await?;
    alice.evaluates::<bool>(&draw(0.05, 0.95, 0.1)).await?;
    alice.clicks("edit-undo").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("a photo that is changed").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("edit-use").await?;
    alice.hides("edit-photo").await?;
    alice.clicks("offer-send").await?;
    bob.sees_text("message-text", "as I like it").await?;
    bob.shows("media-picture").await?;
    bob.finds_true("document.querySelector('[data-testid=media-picture]')?.naturalWidth === 512").await?;
    let is = |colour: [u8; 3], wanted: [bool; 3]| {
        colour.iter().zip(wanted).all(|(part, high)| if high { *part > 190 } else { *part < 70 })
    };
    let (red, blue, white) = ([true, false, false], [false, false, true], [true; 3]);
    for (x, y, wanted) in
        [(20, 25, red), (90, 25, blue), (20, 50, white), (80, 50, white), (20, 10, red), (90, 10, blue)]
    {
        let seen = colour(&bob, x, y).await?;
        ensure!(is(seen, wanted), "{seen:?} at {x}, {y}");
    }
    alice.closes().await?;
    bob.closes().await
}
