//! What a process costs, by the operating system's own account: processor time and memory of it and, where it has some, its children.

use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};

/// Of `utime` and `stime`; the kernel tells hundredths whatever its own tick is.
const TICKS_A_SECOND: f64 = 100.0;
const PAGE_LEN: u64 = 4_096;

/// A process, or one with all below it.
#[derive(Debug, Clone, Copy)]
pub struct Process {
    id: u32,
    with_children: bool,
}

struct Stat {
    parent: u32,
    cpu_s: f64,
    resident: u64,
}

impl Process {
    /// This one only.
    pub fn alone(id: u32) -> Self {
        Self { id, with_children: false }
    }

    /// And whatever it started.
    pub fn with_children(id: u32) -> Self {
        Self { id, with_children: true }
    }

    /// Processor seconds so far, user and system.
    pub fn cpu_s(&self) -> Result<f64> {
        self.sum(|stat| stat.cpu_s)
    }

    /// Bytes of resident memory.
    pub fn resident(&self) -> Result<f64> {
        #[allow(clippy::cast_precision_loss)]
        self.sum(|stat| stat.resident as f64)
    }

    /// Datagrams that came for its sockets since they are open, and for which these had no room.
    pub fn datagrams_dropped(&self) -> Result<f64> {
        let sockets: BTreeSet<u64> = self.counted()?.into_keys().flat_map(sockets_of).collect();
        let tables = ["/proc/net/udp", "/proc/net/udp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
        let dropped = tables.iter().flat_map(|table| table.lines().filter_map(dropped_by));
        Ok(dropped.filter(|(socket, _)| sockets.contains(socket)).map(|(_, dropped)| dropped).sum())
    }

    fn sum(&self, of: impl Fn(&Stat) -> f64) -> Result<f64> {
        Ok(self.counted()?.values().map(of).sum())
    }

    /// The process and, where they count, all below it, by their ids.
    fn counted(&self) -> Result<BTreeMap<u32, Stat>> {
        if !self.with_children {
            let own = read(self.id).context("the process has ended")?;
            return Ok(BTreeMap::from([(self.id, own)]));
        }
        let all: BTreeMap<u32, Stat> = std::fs::read_dir("/proc")?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(|id| Some((id, read(id)?)))
            .collect();
        let below: BTreeSet<u32> = all.keys().copied().filter(|id| self.is_above(*id, &all)).collect();
        Ok(all.into_iter().filter(|(id, _)| below.contains(id)).collect())
    }

    fn is_above(&self, mut id: u32, all: &BTreeMap<u32, Stat>) -> bool {
        while let Some(stat) = all.get(&id) {
            if id == self.id {
                return true;
            }
            id = stat.parent;
        }
        false
    }
}

/// Their numbers (inodes).
fn sockets_of(id: u32) -> Vec<u64> {
    let Ok(files) = std::fs::read_dir(format!("/proc/{id}/fd")) else { return Vec::new() };
    let number = |link: std::path::PathBuf| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok();
    files.flatten().filter_map(|file| number(std::fs::read_link(file.path()).ok()?)).collect()
}

/// A socket's number, the tenth field of its line in the kernel's table, and what it had no room for, the thirteenth.
fn dropped_by(line: &str) -> Option<(u64, f64)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    Some((fields.get(9)?.parse().ok()?, fields.get(12)?.parse().ok()?))
}

fn read(id: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // After the name, which may hold anything: state, parent; user and system time are the 14th and 15th of all, resident pages the 24th.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|ticks| ticks.parse::<f64>().ok());
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        cpu_s: (ticks(11)? + ticks(12)?) / TICKS_A_SECOND,
        resident: fields.get(21)?.parse::<u64>().ok()? * PAGE_LEN,
    })
}

/// Bytes that the kernel holds: buffers of TCP sockets, and its tables of all kinds (`Slab`), of the whole machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct KernelMemory {
    pub socket_buffers: f64,
    pub slab: f64,
}

impl KernelMemory {
    /// Now; zeros where the kernel does not tell.
    pub fn now() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let pages = read("/proc/net/sockstat")
            .lines()
            .find_map(|line| line.strip_prefix("TCP: ")?.split_once(" mem ")?.1.trim().parse::<f64>().ok());
        let slab = read("/proc/meminfo")
            .lines()
            .find_map(|line| line.strip_prefix("Slab:")?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
        #[allow(clippy::cast_precision_loss)]
        Self { socket_buffers: pages.unwrap_or_default() * PAGE_LEN as f64, slab: slab.unwrap_or_default() * 1_024.0 }
    }

    /// What came since.
    pub fn since(self, earlier: Self) -> Self {
        Self { socket_buffers: self.socket_buffers - earlier.socket_buffers, slab: self.slab - earlier.slab }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_and_memory_of_this_process_are_seen() {
        let own = Process::alone(std::process::id());
        let before = own.cpu_s().unwrap();
        let mut sum = 0_u64;
        while own.cpu_s().unwrap() - before < 0.05 {
            sum = (0..100_000).fold(sum, |sum, n| sum.wrapping_mul(31).wrapping_add(n));
        }
        assert!(own.resident().unwrap() > 500_000.0, "{sum}");
    }

    #[test]
    fn datagrams_without_room_are_counted_for_their_process() {
        let own = Process::alone(std::process::id());
        let small = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
        small.set_recv_buffer_size(2_048).unwrap();
        small.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let small = std::net::UdpSocket::from(small);
        let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..50 {
            sender.send_to(&[0; 1_000], small.local_addr().unwrap()).unwrap();
        }
        let dropped = own.datagrams_dropped().unwrap();
        small.set_nonblocking(true).unwrap();
        let kept = std::iter::from_fn(|| small.recv(&mut [0; 2_000]).ok()).count();
        assert!(dropped >= 1.0 && dropped as usize + kept == 50, "{dropped} dropped, {kept} kept");
        assert_eq!(Process::alone(std::process::id()).datagrams_dropped().unwrap(), dropped);
    }

    #[test]
    fn children_count_where_they_are_asked_for() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let counted = |process: Process| process.counted().unwrap().into_keys().collect::<Vec<_>>();
        let own = std::process::id();
        assert_eq!(counted(Process::alone(own)), [own]);
        let all = counted(Process::with_children(own));
        assert!(all.contains(&own) && all.contains(&child.id()), "{all:?}");
        assert!(!counted(Process::with_children(child.id())).contains(&own));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
