//! Letters and their marks, as the browser's own tables have them: ours would be larger than the rest of the search.

use js_sys::JsString;

/// Unicode's NFKD.
pub fn decompose(text: &str) -> String {
    String::from(JsString::from(text).normalize("NFKD"))
}
