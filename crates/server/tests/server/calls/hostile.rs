//! What strangers and members do to a call's ports and allowances that is not meant to be done.

use super::*;

/// What looks like media, like a check and like nothing, from where nobody is.
#[tokio::test]
async fn a_flood_of_strangers_changes_nothing_for_a_call() {
    let host = Host::start_with(|config| {
        with_calls(config);
        config.metrics_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    });
    let club = club_at(host.await, 2).await;
    let [mut alice, mut bob] = club.all_in_the_call().await;
    let at = club.host.calls_addrs()[0].0;
    let mut media = vec![0x80, 96];
    media.resize(1_100, 7);
    let mut check = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    check.resize(20, 9);
    let flood = move || {
        for _ in 0..20 {
            let stranger = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            for _ in 0..200 {
                for packet in [&media[..], &check, &[], &[0xff; 1_300]] {
                    // What has no room is as lost as what is refused.
                    let _ = stranger.send_to(packet, at);
                }
            }
        }
    };
    // Beside it something of theirs may be lost, as on any line that is too full.
    tokio::task::spawn_blocking(flood).await.unwrap();
    let is_counted = async {
        let of = r#"heliograph_call_packets_total{way="unrouted"}"#;
        loop {
            let text = crate::metrics::text(club.host.metrics_addr().unwrap()).await;
            if crate::metrics::value(&text, of) > 100.0 {
                return;
            }
        }
    };
    at_once(is_counted).await;
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
    is_heard_and_seen(&bob, &mut alice, 20..40).await;
    assert!(alice.all_seen().await.put_out.is_empty() && bob.all_seen().await.put_out.is_empty());
}

/// Whoever comes and goes makes all others answer.
#[tokio::test]
async fn answers_to_what_others_do_cost_no_words() {
    let club = club(3).await;
    let [mut bob] = club.all_in_the_call().await;
    // Bob has no words left, and takes each at once that comes.
    let of_bob = bob.participant();
    let is_busy = |reply: &reply::Body| matches!(reply, reply::Body::Refused(busy) if busy.reason() == Reason::Busy);
    while !is_busy(&bob.asks(wish(of_bob, "none")).await) {}
    let mut carol = club.caller(1, Way::Udp).await;
    let joins = async {
        let of_carol = carol.joins(club.chat).await;
        while !bob.has_tracks_of(of_carol) {
            bob.asks(wish(of_bob, "none")).await;
        }
    };
    at_once(joins).await;
    is_heard_and_seen(&carol, &mut bob, 1..20).await;
}

#[tokio::test]
async fn who_is_added_hears_of_the_call_that_goes_on() {
    let mut club = club(2).await;
    let host = &club.host;
    let mut newcomer = club.stranger.hello(host).await;
    let mut alice = club.caller(0, Way::Udp).await;
    let participant = alice.joins(club.chat).await;
    let running = club.running(&[(0, participant)]);
    let package = (club.stranger.address, club.stranger.key_package());
    let (maker, group) = (&club.people[0].1, &mut club.group);
    taken(alice.asks(Body::Commit(maker.add(group, club.chat, &[package]))).await);
    is_told(&mut newcomer, &running).await;
}
