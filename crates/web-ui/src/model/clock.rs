//! Times and days as the pages write them. Takes `now` and the zone's offset; asks no clock.

use crate::words;

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
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A day as a date pill says it: today, yesterday, a weekday within the week, else the date.
pub fn day_name(day: Day, today: Day) -> String {
    match today.0 - day.0 {
        0 => words::TODAY.to_owned(),
        1 => words::YESTERDAY.to_owned(),
        2..=6 => words::WEEKDAYS.get(weekday(day)).copied().unwrap_or_default().to_owned(),
        _ => date(day),
    }
}

/// A moment as the chat list says it: the time if today, else the day.
pub fn short(ms: u64, now_ms: u64, zone: ZoneOffset) -> String {
    let (then, today) = (day(ms, zone), day(now_ms, zone));
    if then == today { time(ms, zone) } else { day_name(then, today) }
}

/// A moment in full: "Yesterday, 14:05".
pub fn full(ms: u64, now_ms: u64, zone: ZoneOffset) -> String {
    format!("{}, {}", day_name(day(ms, zone), day(now_ms, zone)), time(ms, zone))
}

/// "3 November 2026"
fn date(day: Day) -> String {
    let (year, month, day) = civil(day);
    let month = words::MONTHS.get(month.saturating_sub(1)).copied().unwrap_or_default();
    format!("{day} {month} {year}")
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
