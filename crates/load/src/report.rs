//! What a benchmark found, for people and for machines.

use anyhow::Result;
use serde_json::{Map, Value, json};
use std::io::Write;

/// The figures of one run.
#[derive(Debug)]
pub struct Report {
    bench: &'static str,
    metrics: Vec<Metric>,
    conditions: Map<String, Value>,
}

#[derive(Debug)]
struct Metric {
    name: String,
    /// `None` where it could not be measured.
    value: Option<f64>,
    unit: &'static str,
    mark: Option<f64>,
    better: Better,
}

/// Which side of its mark a figure should be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Better {
    Low,
    High,
}

impl Report {
    /// Begins one, with what is known of the machine.
    pub fn new(bench: &'static str) -> Self {
        let mut report = Self { bench, metrics: Vec::new(), conditions: Map::new() };
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).map(str::to_owned);
            line.and_then(|line| line.split_once(':').map(|(_, value)| value.trim().to_owned()))
        };
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        report.condition("cores", json!(cores));
        report.condition("processor", json!(field(&read("/proc/cpuinfo"), "model name")));
        report.condition("memory", json!(field(&read("/proc/meminfo"), "MemTotal")));
        report.condition("load_before", json!(read("/proc/loadavg").split(' ').next()));
        report.condition("durability", json!("synchronous=FULL on both sides"));
        report.condition("set_up", json!("HELIOGRAPH_RATE_LIMIT_FACTOR=1000: many accounts at one address"));
        report
    }

    /// A fact that the figures depend on.
    pub fn condition(&mut self, name: &str, value: Value) {
        self.conditions.insert(name.to_owned(), value);
    }

    /// A figure, and the most that it should be.
    pub fn metric(&mut self, name: impl Into<String>, value: f64, unit: &'static str, mark: Option<f64>) {
        self.push(name.into(), Some(value), unit, mark, Better::Low);
    }

    /// A figure, and the least that it should be.
    pub fn rate(&mut self, name: impl Into<String>, value: f64, unit: &'static str, mark: Option<f64>) {
        self.push(name.into(), Some(value), unit, mark, Better::High);
    }

    /// A figure that could not be measured here.
    pub fn absent(&mut self, name: impl Into<String>, unit: &'static str) {
        self.push(name.into(), None, unit, None, Better::High);
    }

    fn push(&mut self, name: String, value: Option<f64>, unit: &'static str, mark: Option<f64>, better: Better) {
        // A tenth of a millisecond is noise.
        let value = value.map(|value| (value * 1_000.0).round() / 1_000.0);
        self.metrics.push(Metric { name, value, unit, mark, better });
    }

    /// Median and high percentiles, in milliseconds; the marks are for the 50th and the 99th.
    pub fn percentiles(&mut self, prefix: &str, samples: &[f64], marks: Option<(f64, f64)>) {
        let (p50, p99) = marks.unzip();
        self.metric(format!("{prefix}p50_ms"), percentile(samples, 50), "ms", p50);
        self.metric(format!("{prefix}p95_ms"), percentile(samples, 95), "ms", None);
        self.metric(format!("{prefix}p99_ms"), percentile(samples, 99), "ms", p99);
    }

    /// A figure that was measured.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|metric| metric.name == name)?.value
    }

    /// Takes the figures of another benchmark in.
    pub fn include(&mut self, other: Self) {
        self.metrics.extend(other.metrics.into_iter().map(|metric| Metric { mark: None, ..metric }));
        self.conditions.extend(other.conditions);
    }

    /// On standard output.
    pub fn print(&self, as_json: bool) -> Result<()> {
        let mut out = std::io::stdout().lock();
        if as_json {
            let metrics: Map<String, Value> = self
                .metrics
                .iter()
                .map(|metric| {
                    let value = json!({ "value": metric.value, "unit": metric.unit, "mark": metric.mark });
                    (metric.name.clone(), value)
                })
                .collect();
            let report = json!({ "bench": self.bench, "metrics": metrics, "conditions": self.conditions });
            writeln!(out, "{report}")?;
            return Ok(());
        }
        writeln!(out, "{}", self.bench)?;
        for Metric { name, value, unit, mark, better } in &self.metrics {
            let Some(value) = value else {
                writeln!(out, "  {name:24} {:>14} {unit}", "not measured")?;
                continue;
            };
            let mark = mark.map_or_else(String::new, |mark| {
                let met = if *better == Better::Low { *value <= mark } else { *value >= mark };
                format!("mark {mark} {unit}: {}", if met { "met" } else { "missed" })
            });
            writeln!(out, "  {name:24} {value:>14.3} {unit:8} {mark}")?;
        }
        for (name, value) in &self.conditions {
            writeln!(out, "  {name}: {value}")?;
        }
        Ok(())
    }
}

/// The value that so many of a hundred do not exceed; 0 of none.
pub fn percentile(samples: &[f64], percent: usize) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_measured_has_no_value() {
        let mut report = Report::new("deliver");
        report.rate("msgs_per_core_s", 7.0004, "msg/s", Some(5.0));
        report.absent("prosody_msgs_per_core_s", "msg/s");
        assert_eq!(report.value("msgs_per_core_s"), Some(7.0));
        assert_eq!(report.value("prosody_msgs_per_core_s"), None);
    }

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let samples: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!([50, 95, 99, 100].map(|p| percentile(&samples, p)), [100.0, 190.0, 198.0, 200.0]);
        assert_eq!(percentile(&[7.0], 99), 7.0);
        assert_eq!(percentile(&[], 50), 0.0);
    }
}
