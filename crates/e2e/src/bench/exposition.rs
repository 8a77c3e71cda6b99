//! How long the server's answers took, read from what it tells a Prometheus: histograms in the text format, and nothing else of it.

use anyhow::{Context, Result, ensure};

/// Every answer is in one of these, by route and by kind of request.
const HISTOGRAMS: [&str; 2] = ["heliograph_http_seconds_bucket{", "heliograph_socket_seconds_bucket{"];

/// Answers counted by how long they took at most, all routes and requests together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// Upper end in seconds, rising; how many took no longer.
    buckets: Vec<(f64, f64)>,
}

impl Answers {
    /// Reads an exposition.
    pub fn read(text: &str) -> Result<Self> {
        let mut buckets: Vec<(f64, f64)> = Vec::new();
        for line in text.lines() {
            if !HISTOGRAMS.iter().any(|name| line.starts_with(name)) {
                continue;
            }
            let (labels, count) = line.rsplit_once("} ").with_context(|| format!("no count: {line}"))?;
            let end = labels.rsplit_once("le=\"").and_then(|(_, end)| end.split_once('"')).map(|(end, _)| end);
            let end: f64 = end.with_context(|| format!("no upper end: {line}"))?.parse()?;
            let count: f64 = count.trim().parse().with_context(|| format!("no number: {line}"))?;
            match buckets.iter_mut().find(|(known, _)| *known == end) {
                Some((_, sum)) => *sum += count,
                None => buckets.push((end, count)),
            }
        }
        buckets.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        ensure!(buckets.iter().is_sorted_by_key(|(_, count)| *count), "counts that fall are no histogram");
        Ok(Self { buckets })
    }

    /// Those that came after `earlier`.
    pub fn since(&self, earlier: &Self) -> Self {
        let before = |end| earlier.buckets.iter().find(|(known, _)| *known == end).map_or(0.0, |(_, count)| *count);
        Self { buckets: self.buckets.iter().map(|(end, count)| (*end, count - before(*end))).collect() }
    }

    /// How many.
    pub fn count(&self) -> f64 {
        self.buckets.last().map_or(0.0, |(_, count)| *count)
    }

    /// What so many of a hundred did not exceed, in milliseconds, as if a bucket's answers were spread evenly in it. What is beyond
    /// the last end is told as that end.
    pub fn percentile_ms(&self, percent: f64) -> Option<f64> {
        let place = self.count() * percent / 100.0;
        let (mut from, mut below) = (0.0, 0.0);
        for (end, count) in &self.buckets {
            if *count >= place && *count > below {
                let seconds =
                    if end.is_finite() { from + (end - from) * (place - below) / (count - below) } else { from };
                return Some(seconds * 1_000.0);
            }
            (from, below) = (*end, *count);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = r#"# TYPE heliograph_http_seconds histogram
heliograph_http_seconds_bucket{method="GET",route="/v1/server",status="200",le="0.01"} 4
heliograph_http_seconds_bucket{method="GET",route="/v1/server",status="200",le="0.05"} 4
heliograph_http_seconds_bucket{method="GET",route="/v1/server",status="200",le="+Inf"} 4
heliograph_http_seconds_sum{method="GET",route="/v1/server",status="200"} 0.02
heliograph_http_seconds_count{method="GET",route="/v1/server",status="200"} 4

# TYPE heliograph_open gauge
heliograph_open{what="sockets"} 2
"#;
    const AFTER: &str = r#"
heliograph_http_seconds_bucket{method="GET",route="/v1/server",status="200",le="0.01"} 4
heliograph_http_seconds_bucket{method="GET",route="/v1/server",status="200",le="0.05"} 5
heliograph_http_seconds_bucket{method="GET",route="/v1/server",status="200",le="+Inf"} 5
heliograph_socket_seconds_bucket{kind="App",le="0.01"} 90
heliograph_socket_seconds_bucket{kind="App",le="0.05"} 98
heliograph_socket_seconds_bucket{kind="App",le="+Inf"} 99
"#;

    #[test]
    fn answers_of_all_routes_and_requests_count_from_the_first_look_to_the_second() {
        let answers = Answers::read(AFTER).unwrap().since(&Answers::read(BEFORE).unwrap());
        assert_eq!(answers.buckets, [(0.01, 90.0), (0.05, 99.0), (f64::INFINITY, 100.0)]);
        assert_eq!(answers.count(), 100.0);
    }

    #[test]
    fn a_percentile_lies_within_its_bucket() {
        let answers = Answers { buckets: vec![(0.01, 90.0), (0.05, 99.0), (f64::INFINITY, 100.0)] };
        let about = |percent: f64, wanted: f64| {
            let told = answers.percentile_ms(percent).unwrap();
            assert!((told - wanted).abs() < 0.001, "{percent}: {told}");
        };
        about(45.0, 5.0);
        about(90.0, 10.0);
        about(94.5, 30.0);
        about(99.0, 50.0);
        about(99.9, 50.0);
        assert_eq!(Answers::default().percentile_ms(99.0), None);
    }

    #[test]
    fn what_is_no_exposition_is_refused() {
        for broken in [
            "heliograph_http_seconds_bucket{le=\"0.01\"}",
            "heliograph_http_seconds_bucket{le=\"0.01\"} many",
            "heliograph_http_seconds_bucket{route=\"/\"} 1",
            "heliograph_http_seconds_bucket{le=\"soon\"} 1",
            "heliograph_http_seconds_bucket{le=\"1\"} 2\nheliograph_http_seconds_bucket{le=\"2\"} 1",
        ] {
            assert!(Answers::read(broken).is_err(), "{broken}");
        }
        assert_eq!(Answers::read("heliograph_open{what=\"sockets\"} 2").unwrap(), Answers::default());
    }
}
