//! The load benches in small: that they run through, and that what they send is real. Their figures are for `cargo xtask bench`.

use load::device::Device;
use load::served::{Served, Tls};
use load::traffic::{CONTENT_LEN, prepare};
use load::{deliver, flood, group, offline, people, reconnect};
use prost::Message;
use proto::wire::{ClientFrame, client_frame};

#[tokio::test]
async fn a_message_of_the_load_is_opened_by_its_receiver() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let served = Served::start(folder.path(), Tls::Off).await?;
    let devices: Vec<Device> = people::register(&served, 2).await?;
    let mut pairs = deliver::pairs(&served, &devices).await?;
    let pair = pairs.first_mut().expect("two make one");
    let (one, other) = (&pair.members[0], &pair.members[1]);
    for number in 0..3 {
        let sent = prepare(one, &mut pair.groups[0], number)?;
        let frame = ClientFrame::decode(sent.frame)?;
        let Some(client_frame::Body::App(app)) = frame.body else { panic!("{frame:?}") };
        assert_eq!(other.open(&mut pair.groups[1], &app.ciphertext)?.len(), CONTENT_LEN);
    }
    Ok(())
}

#[tokio::test]
async fn every_message_of_two_and_of_a_group_arrives() -> anyhow::Result<()> {
    let size = deliver::Size { sockets: 6, messages: 300, seconds: 1, rate: 60, cold_devices: 1_000, no_peers: true };
    let report = deliver::run(&size).await?;
    assert!(report.value("msgs_per_core_s").is_some_and(|rate| rate > 0.0), "{report:?}");
    assert!(report.value("delivered_p99_ms").is_some_and(|ms| ms > 0.0), "{report:?}");
    assert_eq!(report.value("ejabberd_msgs_per_core_s"), None);

    let size = group::Size { members: 5, groups: 2, messages: 20, large: 8, large_messages: 4, large_every_ms: 20 };
    let report = group::run(&size).await?;
    assert!(report.value("last_device_1024_p99_ms").is_some_and(|ms| ms > 0.0), "{report:?}");
    Ok(())
}

#[tokio::test]
async fn what_waited_for_a_device_comes_when_it_does() -> anyhow::Result<()> {
    let report = offline::run(&offline::Size { receivers: 3, messages: 90 }).await?;
    assert!(report.value("drain_per_s").is_some_and(|rate| rate > 0.0), "{report:?}");
    Ok(())
}

#[tokio::test]
async fn all_who_lose_their_server_at_once_are_back_when_it_is() -> anyhow::Result<()> {
    let report = reconnect::run(&reconnect::Size { sockets: 120 }).await?;
    assert!(report.value("all_back_ms").is_some_and(|ms| ms > 0.0), "{report:?}");
    Ok(())
}

#[tokio::test]
async fn who_floods_is_refused_and_the_others_messages_arrive() -> anyhow::Result<()> {
    let report = flood::run(&flood::Size { sockets: 4, rate: 20, seconds: 5 }).await?;
    for who in ["account_refused", "address_refused"] {
        assert!(report.value(who).is_some_and(|refused| refused > 0.0), "{who}: {report:?}");
    }
    Ok(())
}
