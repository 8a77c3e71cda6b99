//! What is given rather than said: people out of an address book, and places.

use serde::{Deserialize, Serialize};

/// Somebody, as the sender calls them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// At most 64 characters.
    pub name: String,
    /// In E.164.
    pub number: String,
}

/// A place on the earth (WGS 84).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Millionths of a degree, north of the equator; at most 90 degrees either way.
    pub latitude_e6: i32,
    /// Millionths of a degree, east of Greenwich; at most 180 degrees either way.
    pub longitude_e6: i32,
    /// How well it is known, in metres; 0: not told.
    pub accuracy_m: u32,
    /// What it is called, at most 100 characters; may be empty.
    pub name: String,
}

impl Place {
    /// `52.52000, 13.40500`: degrees as maps take them, to about a metre.
    pub fn degrees(&self) -> String {
        let degrees = |e6: i32| f64::from(e6) / 1e6;
        format!("{:.5}, {:.5}", degrees(self.latitude_e6), degrees(self.longitude_e6))
    }

    /// What somebody typed: two numbers with a comma, a semicolon or white space between them. `None` where there is no such place.
    pub fn typed(text: &str) -> Option<Self> {
        let numbers = text.split(|letter: char| matches!(letter, ',' | ';') || letter.is_whitespace());
        let numbers: Vec<f64> =
            numbers.filter(|part| !part.is_empty()).map(str::parse).collect::<Result<_, _>>().ok()?;
        match numbers[..] {
            [latitude, longitude] => Self::at(latitude, longitude),
            _ => None,
        }
    }

    /// Of degrees.
    pub fn at(latitude: f64, longitude: f64) -> Option<Self> {
        let is_there = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let e6 = |degrees: f64| (degrees * 1e6).round() as i32;
        is_there.then(|| Self {
            latitude_e6: e6(latitude),
            longitude_e6: e6(longitude),
            accuracy_m: 0,
            name: String::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_people_write_it() {
        for (text, latitude_e6, longitude_e6) in [
            ("52.52, 13.405", 52_520_000, 13_405_000),
            ("-33.8568;151.2153", -33_856_800, 151_215_300),
            ("  90   -180 ", 90_000_000, -180_000_000),
            ("0,0", 0, 0),
        ] {
            let found = Place::typed(text).map(|place| (place.latitude_e6, place.longitude_e6));
            assert_eq!(found, Some((latitude_e6, longitude_e6)), "{text}");
        }
        for text in ["", "52.52", "90.1, 0", "0, 180.1", "NaN, 0", "1, 2, 3", "here", "inf 0"] {
            assert_eq!(Place::typed(text), None, "{text}");
        }
        assert_eq!(
            Place::typed("-0.000004 179.9999999").map(|place| place.degrees()).as_deref(),
            Some("-0.00000, 180.00000")
        );
    }
}
