//! A QR code as one path of an SVG picture.

use fast_qr::ECL;
use fast_qr::qr::QRBuilder;
use leptos::prelude::*;
use std::fmt::Write;

/// The white border that readers need, in modules.
const QUIET: usize = 4;

/// The side in modules with the border, and the dark modules as a path; `None` where the text is too long for a code.
pub fn path(text: &str) -> Option<(usize, String)> {
    // Little correction, large modules: a screen has no scratches, but a camera has few pixels.
    let code = QRBuilder::new(text).ecl(ECL::L).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            let dark = |x: usize| x < code.size && code[y].get(x).is_some_and(|module| module.value());
            let mut end = x;
            while dark(end) {
                end += 1;
            }
            if end > x {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, end - x, end - x);
            }
            x = end.max(x + 1);
        }
    }
    Some((code.size + 2 * QUIET, path))
}

/// Always dark on white, in both themes: readers want that.
#[component]
pub fn QrCode(#[prop(into)] text: Signal<String>, #[prop(into)] label: String, testid: &'static str) -> impl IntoView {
    let drawn = Memo::new(move |_| text.with(|text| path(text)));
    move || {
        drawn.get().map(|(side, path)| {
            view! {
                <svg
                    class="qr"
                    role="img"
                    aria-label=label.clone()
                    data-testid=testid
                    viewBox=format!("0 0 {side} {side}")
                    shape-rendering="crispEdges"
                >
                    <rect class="qr-paper" width=side height=side></rect>
                    <path class="qr-ink" d=path></path>
                </svg>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_has_the_modules_of_the_code() {
        let (side, path) = path("HG1:ABC").expect("a short text fits");
        assert_eq!(side, 21 + 8);
        assert!(path.starts_with("M4 4h7v1h-7z"), "the finder's upper edge: {path}");
    }

    #[test]
    fn a_text_that_is_too_long_gives_none() {
        assert!(path(&"x".repeat(5_000)).is_none());
    }
}
