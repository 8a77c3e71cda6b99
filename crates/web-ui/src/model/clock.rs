//! Times and days as the pages write them. Takes `now` and the zone's offset; asks no clock.

use crate::{language, words};

const DAY_MS: i64 = 86_400_000;

/// A zone as minutes that local time is ahead of UTC, at the moment in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneOffset(pub i32);

/// A day of the local calendar, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

/// The local day of a moment.
pub fn day(ms: u64, zone: ZoneOffset) -> Day {
    Day(local(ms, zone).div_euclid(DAY_MS))
}

/// "14:05"
pub fn time(ms: u64, zone: ZoneOffset) -> String {
    let minutes = local(ms, zone).rem_euclid(DAY_MS) / 60_000;
    language::time(minutes / 60, minutes % 60)
}

/// A day as a date pill says it: today, yesterday, a weekday within the week, else the date.
pub fn day_name(day: Day, today: Day) -> String {
    match within(day, today) {
        Within::Today => words::today().to_owned(),
        Within::Yesterday => words::yesterday().to_owned(),
        Within::Weekday(name) => name.to_owned(),
        Within::Date(date) => date,
    }
}

/// A moment as the chat list says it: the time if today, else the day.
pub fn short(ms: u64, now_ms: u64, zone: ZoneOffset) -> String {
    let (then, today) = (day(ms, zone), day(now_ms, zone));
    if then == today { time(ms, zone) } else { day_name(then, today) }
}

/// A moment in full: "Yesterday, 14:05".
pub fn full(ms: u64, now_ms: u64, zone: ZoneOffset) -> String {
    words::day_and_time(&day_name(day(ms, zone), day(now_ms, zone)), &time(ms, zone))
}

/// A moment within a sentence: "today at 14:05", "on Monday at 14:05".
pub fn moment(ms: u64, now_ms: u64, zone: ZoneOffset) -> String {
    words::moment(within(day(ms, zone), day(now_ms, zone)), Some(&time(ms, zone)))
}

/// A moment, or the day alone where no more is known: servers keep the beginning of a day in UTC in place of the moment.
pub fn moment_or_day(ms: u64, now_ms: u64, zone: ZoneOffset) -> String {
    const UTC: ZoneOffset = ZoneOffset(0);
    let is_day = ms.is_multiple_of(DAY_MS.unsigned_abs());
    if is_day { words::moment(within(day(ms, UTC), day(now_ms, UTC)), None) } else { moment(ms, now_ms, zone) }
}

/// Whole seconds until a moment, the one that has begun with them.
pub fn seconds_until(ms: u64, now_ms: u64) -> u32 {
    u32::try_from(ms.saturating_sub(now_ms).div_ceil(1_000)).unwrap_or(u32::MAX)
}

/// A day, for a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    Today,
    Yesterday,
    /// A weekday.
    Weekday(&'static str),
    /// A date in full.
    Date(String),
}

fn within(day: Day, today: Day) -> Within {
    match today.0 - day.0 {
        0 => Within::Today,
        1 => Within::Yesterday,
        2..=6 => Within::Weekday(language::weekday(weekday(day))),
        _ => Within::Date(date(day)),
    }
}

/// A moment's day: "3 November 2026".
pub fn date_of(ms: u64, zone: ZoneOffset) -> String {
    date(day(ms, zone))
}

/// "3 November 2026"
fn date(day: Day) -> String {
    let (year, month, day) = civil(day);
    language::date(year, month, day)
}

fn local(ms: u64, zone: ZoneOffset) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX / 2).saturating_add(i64::from(zone.0) * 60_000)
}

/// 0 is Monday; 1970-01-01 was a Thursday.
fn weekday(day: Day) -> usize {
    usize::try_from((day.0 + 3).rem_euclid(7)).unwrap_or_default()
}

/// Year, month (from 1) and day of the Gregorian calendar, counted in eras of 400 years that begin on 1 March.
fn civil(day: Day) -> (i64, usize, i64) {
    let days = day.0 + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, usize::try_from(month).unwrap_or(1), of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTC: ZoneOffset = ZoneOffset(0);
    /// 2026-11-23 11:00:15, a Monday.
    const NOW: u64 = 1_795_431_615_000;

    #[test]
    fn the_zone_decides_time_and_day() {
        assert_eq!(time(NOW, UTC), "11:00");
        assert_eq!(time(NOW, ZoneOffset(330)), "16:30");
        assert_eq!(day(NOW, ZoneOffset(14 * 60)).0, day(NOW, UTC).0 + 1);
        assert_eq!(day(NOW, ZoneOffset(-12 * 60)).0, day(NOW, UTC).0 - 1);
    }

    #[test]
    fn near_days_have_names_and_far_ones_a_date() {
        let at = |days: u64| short(NOW - days * 86_400_000, NOW, UTC);
        assert_eq!(at(0), "11:00");
        assert_eq!(at(1), "Yesterday");
        assert_eq!(at(2), "Saturday");
        assert_eq!(at(6), "Tuesday");
        assert_eq!(at(7), "16 November 2026");
    }

    #[test]
    fn a_moment_within_a_sentence_names_a_time_where_one_is_known() {
        const DAY: u64 = DAY_MS.unsigned_abs();
        let at = |ms| moment_or_day(ms, NOW, UTC);
        assert_eq!(at(NOW - 60_000), "today at 10:59");
        assert_eq!(at(NOW - DAY), "yesterday at 11:00");
        assert_eq!(at(NOW - 2 * DAY), "on Saturday at 11:00");
        assert_eq!(at(NOW - 7 * DAY), "on 16 November 2026 at 11:00");
        // The server tells the day only.
        let midnight = NOW - NOW % DAY;
        assert_eq!(at(midnight), "today");
        assert_eq!(at(midnight - DAY), "yesterday");
        assert_eq!(at(midnight - 3 * DAY), "on Friday");
        // It is the server's day: west of it, its midnight was yesterday evening.
        assert_eq!(moment_or_day(midnight, NOW, ZoneOffset(-8 * 60)), "today");
        assert_eq!(moment(midnight, NOW, ZoneOffset(-8 * 60)), "yesterday at 16:00");
        assert_eq!(at(midnight + DAY), "on 24 November 2026", "a server's clock may go before ours");
    }

    #[test]
    fn seconds_are_counted_down_to_nothing() {
        let left: Vec<u32> = [0, 1, 999, 1_000, 12_999, 13_000, 14_000].map(|now| seconds_until(13_000, now)).to_vec();
        assert_eq!(left, [13, 13, 13, 12, 1, 0, 0]);
        assert_eq!(seconds_until(u64::MAX, 0), u32::MAX);
    }

    #[test]
    fn leap_days_and_year_ends_are_right() {
        assert_eq!(date(Day(0)), "1 January 1970");
        assert_eq!(date(Day(19_782)), "29 February 2024");
        assert_eq!(date(Day(20_453)), "31 December 2025");
    }

    #[test]
    fn a_time_after_all_others_does_not_panic() {
        let _ = full(u64::MAX, NOW, ZoneOffset(840));
    }
}
