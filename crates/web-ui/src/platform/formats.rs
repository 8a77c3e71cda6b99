//! How the readers of a language write numbers, days and times, as the browser knows it (`Intl`).

use crate::language::Formats;
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Monday, 5 January 1970, in milliseconds.
const MONDAY_MS: f64 = 4.0 * DAY_MS;
const DAY_MS: f64 = 86_400_000.0;

/// Of a tag (BCP 47) that the browser takes, without extensions; it may name a region. Digits are European ones, as in the words.
#[must_use]
pub fn of(tag: &str) -> Formats {
    let locales = Array::of1(&JsValue::from_str(&format!("{tag}-u-nu-latn")));
    let format = |options: &[(&str, &str)]| formatter(&locales, options);
    let weekday = format(&[("weekday", "long")]);
    let weekdays = std::array::from_fn(|day| written(&weekday, MONDAY_MS + day as f64 * DAY_MS));
    let day = format(&[("dateStyle", "long")]);
    let date = move |year: i64, month: usize, of_month: i64| {
        // Not by parts: years below 100 would be of the twentieth century.
        let date = Date::new(&JsValue::from_f64(0.0));
        date.set_utc_full_year_with_month_date(year as u32, month.saturating_sub(1) as i32, of_month as i32);
        written(&day, date.get_time())
    };
    let number = number(&locales);
    let sign = |kind: &str, other: &str| part(&number, kind).unwrap_or_else(|| other.to_owned());
    let (group, decimal) = (sign("group", ""), sign("decimal", "."));
    Formats { weekdays, halves: halves(&format), group, decimal, date: Box::new(date) }
}

fn formatter(locales: &Array, options: &[(&str, &str)]) -> Intl::DateTimeFormat {
    let wishes = Object::new();
    for (name, value) in options.iter().chain(&[("timeZone", "UTC")]) {
        let _ = Reflect::set(&wishes, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    Intl::DateTimeFormat::new(locales, &wishes)
}

fn written(format: &Intl::DateTimeFormat, ms: f64) -> String {
    let format: Function = format.format();
    format.call1(&JsValue::UNDEFINED, &JsValue::from_f64(ms)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// The part of that kind.
fn part(parts: &Array, kind: &str) -> Option<String> {
    let get = |part: &JsValue, name: &str| Reflect::get(part, &JsValue::from_str(name)).ok()?.as_string();
    parts.iter().find(|part| get(part, "type").as_deref() == Some(kind)).and_then(|part| get(&part, "value"))
}

/// The day's halves, where its hours are counted twice.
fn halves(format: &impl Fn(&[(&str, &str)]) -> Intl::DateTimeFormat) -> Option<[String; 2]> {
    let time = format(&[("timeStyle", "short")]);
    let half = |hour: f64| part(&time.format_to_parts(&Date::new(&JsValue::from_f64(hour * 3_600_000.0))), "dayPeriod");
    Some([half(9.0)?, half(15.0)?])
}

/// The parts of a number that has thousands and tenths.
fn number(locales: &Array) -> Array {
    let format = Intl::NumberFormat::new(locales, &Object::new());
    let parts = Reflect::get(&format, &JsValue::from_str("formatToParts"))
        .ok()
        .and_then(|method| method.dyn_into::<Function>().ok())
        .and_then(|method| method.call1(&format, &JsValue::from_f64(1_234_567.5)).ok());
    parts.map(|parts| Array::from(&parts)).unwrap_or_default()
}
