use std::fmt;

/// A moment, in Unix seconds, as heads write it: `Mon, 23 Nov 2026 09:31:14 GMT` (RFC 9110
/// §5.6.7, `IMF-fixdate`), the only form that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub u64);

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAY: u64 = 86_400;
/// The last second of the year 9999: four digits hold no more.
const LAST: u64 = 253_402_300_799;

impl Date {
    /// Reads the form that [`Date`] writes, and no other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once(", ")?;
        let mut parts = rest.split(' ');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let mut time = parts.next()?.split(':');
        let (hour, minute, second) = (time.next()?, time.next()?, time.next()?);
        let month = MONTHS.iter().position(|m| *m == month)?;
        let year = year.parse().ok().filter(|year| *year <= 9999)?;
        let days = days_before(year, u64::try_from(month).ok()?)?;
        let days = days.checked_add(day.parse::<u64>().ok()?.checked_sub(1)?)?;
        let clock = [hour, minute, second].iter().try_fold(0_u64, |sum, part| {
            sum.checked_mul(60)?.checked_add(part.parse().ok()?)
        })?;
        let date = Self(days.checked_mul(DAY)?.checked_add(clock)?);
        // What is not written the same way is another spelling, or no date.
        (date.to_string() == text).then_some(date)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.min(LAST);
        let (days, clock) = (seconds / DAY, seconds % DAY);
        let (year, month, day) = civil(days);
        let name = |list: &[&'static str], at: u64| {
            usize::try_from(at)
                .ok()
                .and_then(|at| list.get(at).copied())
                .unwrap_or("")
        };
        let (weekday, month) = (name(&DAYS, days % 7), name(&MONTHS, month));
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        write!(
            f,
            "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT"
        )
    }
}

/// Days from 1970-01-01 to the first of a month (0 to 11) of the Gregorian calendar.
fn days_before(year: u64, month: u64) -> Option<u64> {
    let (year, month) = if month < 2 {
        (year.checked_sub(1)?, month + 10)
    } else {
        (year, month - 2)
    };
    // From the first of March on, the lengths of months repeat each 153 days.
    let days = (153 * month + 2) / 5 + 365 * year + year / 4;
    days.checked_sub(year / 100)?
        .checked_add(year / 400)?
        .checked_sub(719_468)
}

/// Year, month (0 to 11) and day (1 to 31) of a count of days since 1970-01-01.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 2, 0)
    } else {
        (month - 10, 1)
    };
    (year + era * 400 + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads_imf_fixdate() {
        let known = [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_795_426_274, "Mon, 23 Nov 2026 09:31:14 GMT"),
            (LAST, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ];
        for (seconds, text) in known {
            assert_eq!(Date(seconds).to_string(), text);
            assert_eq!(Date::parse(text), Some(Date(seconds)));
        }
    }

    #[test]
    fn reads_back_every_day() {
        for day in (0..LAST / DAY).step_by(97) {
            let date = Date(day * DAY + 3_723);
            assert_eq!(Date::parse(&date.to_string()), Some(date));
        }
    }

    #[test]
    fn refuses_other_spellings() {
        for text in [
            "",
            "Sun, 06 Nov 1994 08:49:37",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:60 GMT",
            "Sun, 31 Jun 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
            "Sun, 99999999999999999999 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 9999999999999999999 08:49:37 GMT",
        ] {
            assert_eq!(Date::parse(text), None, "{text:?}");
        }
    }
}
