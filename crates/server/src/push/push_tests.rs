use super::*;
use proto::ids::{AccountId, DeviceNumber};

const DEVICE: DeviceAddress = DeviceAddress { account: AccountId([1; 16]), device: DeviceNumber(1) };
const SENDER: DeviceAddress = DeviceAddress { account: AccountId([2; 16]), device: DeviceNumber(1) };

fn notice(hint: u8, urgency: Urgency) -> Arc<Notice> {
    Arc::new(Notice { chat: ChatId([3; 16]), sender: SENDER, hint: vec![hint], urgency, only: Vec::new() })
}

fn pushes() -> Pushes {
    let pushes = Pushes::off();
    pushes.has_subscribed(DEVICE);
    pushes
}

fn away(pushes: &Pushes, hint: u8, urgency: Urgency) {
    pushes.notify(&notice(hint, urgency), DEVICE, u64::from(hint), false);
}

fn due(pushes: &Pushes) -> Option<(Vec<u8>, u32, Parcel)> {
    let parcel = pushes.take_due(Instant::now())?;
    let hints = parcel.notices.iter().flat_map(|waiting| waiting.notice.hint.clone()).collect();
    Some((hints, parcel.more, parcel))
}

#[tokio::test(start_paused = true)]
async fn what_comes_within_a_second_goes_in_one_push_and_the_oldest_are_counted_only() {
    let pushes = pushes();
    away(&pushes, 1, Urgency::Message);
    let (hints, more, first) = due(&pushes).unwrap();
    assert_eq!((hints, more), (vec![1], 0));
    for hint in 2..=9 {
        away(&pushes, hint, Urgency::Message);
    }
    assert!(due(&pushes).is_none(), "one at a time");
    pushes.done(first, Sent::Taken);
    assert!(due(&pushes).is_none(), "not at once again");
    tokio::time::advance(PUSH_PAUSE).await;
    let (hints, more, second) = due(&pushes).unwrap();
    assert_eq!((hints, more), (vec![4, 5, 6, 7, 8, 9], 2));
    pushes.done(second, Sent::Taken);
    tokio::time::advance(PUSH_PAUSE).await;
    assert!(due(&pushes).is_none());
    assert!(pushes.state().lines.is_empty() && pushes.state().due.is_empty(), "nobody is remembered");
}

#[tokio::test(start_paused = true)]
async fn a_push_that_was_not_taken_goes_again_as_late_as_asked_and_not_for_ever() {
    let pushes = pushes();
    away(&pushes, 1, Urgency::Message);
    let (_, _, parcel) = due(&pushes).unwrap();
    pushes.done(parcel, Sent::Later(Some(Duration::from_secs(90))));
    away(&pushes, 2, Urgency::Message);
    tokio::time::advance(Duration::from_secs(89)).await;
    assert!(due(&pushes).is_none());
    tokio::time::advance(Duration::from_secs(1)).await;
    let (hints, _, mut parcel) = due(&pushes).unwrap();
    assert_eq!(hints, [1, 2]);
    let mut waited = Duration::ZERO;
    for _ in 1..PUSH_TRIES_MAX {
        pushes.done(parcel, Sent::Later(None));
        let next = pushes.next_due().unwrap() - Instant::now();
        assert!(next > waited, "each time longer");
        waited = next;
        tokio::time::advance(next).await;
        parcel = due(&pushes).unwrap().2;
    }
    pushes.done(parcel, Sent::Later(None));
    assert!(pushes.state().lines.is_empty(), "given up");
    away(&pushes, 3, Urgency::Message);
    let (_, _, parcel) = due(&pushes).unwrap();
    pushes.done(parcel, Sent::Later(Some(Duration::from_secs(1_000_000))));
    assert_eq!(pushes.next_due().unwrap() - Instant::now(), PUSH_RETRY_MAX);
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_no_pause_goes_alone_and_is_over_soon() {
    let pushes = pushes();
    away(&pushes, 1, Urgency::Message);
    let (_, _, parcel) = due(&pushes).unwrap();
    pushes.done(parcel, Sent::Taken);
    away(&pushes, 2, Urgency::Message);
    away(&pushes, 3, Urgency::Call);
    let (hints, _, parcel) = due(&pushes).unwrap();
    assert_eq!((hints, parcel.urgency), (vec![3], Urgency::Call));
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(ttl(&parcel, Instant::now()), PUSH_URGENT_TTL - Duration::from_secs(5));
    pushes.done(parcel, Sent::Later(Some(PUSH_URGENT_TTL)));
    tokio::time::advance(PUSH_URGENT_TTL).await;
    let (hints, _, parcel) = due(&pushes).unwrap();
    assert_eq!((hints, parcel.urgency), (vec![2], Urgency::Message), "nobody hears of a call that is over");
}

#[tokio::test(start_paused = true)]
async fn what_a_connected_device_never_acknowledged_is_pushed_when_its_socket_ends() {
    let pushes = pushes();
    for hint in 1..=3 {
        pushes.notify(&notice(hint, Urgency::Message), DEVICE, u64::from(hint), true);
    }
    assert!(due(&pushes).is_none(), "it is connected");
    pushes.acknowledged(DEVICE, 2);
    pushes.left(DEVICE);
    assert_eq!(due(&pushes).unwrap().0, [3]);
    pushes.notify(&notice(4, Urgency::Message), DEVICE, 4, true);
    pushes.acknowledged(DEVICE, 4);
    assert!(pushes.state().held.is_empty());
    pushes.left(DEVICE);
    assert!(due(&pushes).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_call_rings_at_once_also_where_a_page_may_sleep() {
    let pushes = pushes();
    pushes.notify(&notice(1, Urgency::Message), DEVICE, 1, true);
    pushes.notify(&notice(2, Urgency::Call), DEVICE, 2, true);
    assert_eq!(due(&pushes).unwrap().0, [2]);
}

#[tokio::test(start_paused = true)]
async fn between_two_calls_there_is_a_pause_and_messages_do_not_wait_for_it() {
    let pushes = pushes();
    away(&pushes, 1, Urgency::Call);
    let parcel = due(&pushes).unwrap().2;
    pushes.done(parcel, Sent::Taken);
    tokio::time::advance(PUSH_PAUSE).await;
    assert!(due(&pushes).is_none());
    away(&pushes, 2, Urgency::Call);
    away(&pushes, 3, Urgency::Message);
    tokio::time::advance(PUSH_PAUSE).await;
    let (hints, _, parcel) = due(&pushes).unwrap();
    assert_eq!(hints, [3]);
    pushes.done(parcel, Sent::Taken);
    tokio::time::advance(PUSH_CALL_PAUSE - PUSH_PAUSE * 3).await;
    assert!(due(&pushes).is_none());
    tokio::time::advance(PUSH_PAUSE).await;
    let (hints, _, parcel) = due(&pushes).unwrap();
    assert_eq!(hints, [2]);
    pushes.done(parcel, Sent::Taken);
    tokio::time::advance(PUSH_PAUSE).await;
    assert!(due(&pushes).is_none());
    tokio::time::advance(PUSH_CALL_PAUSE).await;
    assert!(due(&pushes).is_none() && pushes.state().lines.is_empty(), "nobody is remembered");
}

#[tokio::test(start_paused = true)]
async fn what_is_acknowledged_is_pushed_no_more_also_when_it_waits_or_was_not_taken() {
    let pushes = pushes();
    away(&pushes, 1, Urgency::Message);
    let parcel = due(&pushes).unwrap().2;
    away(&pushes, 2, Urgency::Message);
    away(&pushes, 3, Urgency::Message);
    pushes.acknowledged(DEVICE, 2);
    pushes.done(parcel, Sent::Later(None));
    tokio::time::advance(PUSH_RETRY).await;
    let (hints, more, parcel) = due(&pushes).unwrap();
    assert_eq!((hints, more), (vec![3], 0));
    pushes.done(parcel, Sent::Taken);
    away(&pushes, 4, Urgency::Message);
    pushes.acknowledged(DEVICE, 4);
    tokio::time::advance(PUSH_PAUSE).await;
    assert!(due(&pushes).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_comes_during_a_push_goes_on_its_way_whatever_comes_of_that() {
    let pushes = pushes();
    // Given up.
    away(&pushes, 1, Urgency::Message);
    for _ in 0..PUSH_TRIES_MAX {
        let parcel = due(&pushes).unwrap().2;
        pushes.done(parcel, Sent::Later(Some(PUSH_PAUSE)));
        tokio::time::advance(PUSH_PAUSE).await;
    }
    let parcel = due(&pushes).unwrap().2;
    away(&pushes, 2, Urgency::Message);
    pushes.done(parcel, Sent::Later(Some(PUSH_PAUSE)));
    tokio::time::advance(PUSH_PAUSE).await;
    let (hints, _, parcel) = due(&pushes).unwrap();
    assert_eq!(hints, [2]);
    // The address has ended, and was replaced.
    away(&pushes, 3, Urgency::Message);
    pushes.done(parcel, Sent::NotWanted);
    tokio::time::advance(PUSH_PAUSE).await;
    let (hints, _, parcel) = due(&pushes).unwrap();
    assert_eq!(hints, [3]);
    // It has connected, and leaves without acknowledging.
    away(&pushes, 4, Urgency::Message);
    pushes.done(parcel, Sent::Connected);
    tokio::time::advance(PUSH_PAUSE).await;
    assert!(due(&pushes).is_none());
    pushes.left(DEVICE);
    let (hints, _, parcel) = due(&pushes).unwrap();
    assert_eq!(hints, [3, 4]);
    // Its subscription has ended.
    away(&pushes, 5, Urgency::Message);
    pushes.has_unsubscribed(DEVICE);
    pushes.done(parcel, Sent::NotWanted);
    tokio::time::advance(PUSH_PAUSE).await;
    assert!(due(&pushes).is_none() && pushes.state().lines.is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_has_no_subscription_takes_no_room_and_the_room_is_bounded() {
    let pushes = pushes();
    pushes.notify(&notice(1, Urgency::Message), SENDER, 1, false);
    pushes.notify(&notice(1, Urgency::Message), SENDER, 1, true);
    assert!(pushes.state().lines.is_empty() && pushes.state().held.is_empty());
    for number in 0..=u32::try_from(PUSH_DEVICES_MAX).unwrap() {
        let device = DeviceAddress { device: DeviceNumber(number), ..DEVICE };
        pushes.has_subscribed(device);
        pushes.notify(&notice(1, Urgency::Message), device, 1, false);
    }
    assert_eq!(pushes.state().lines.len(), PUSH_DEVICES_MAX);
}

#[tokio::test(start_paused = true)]
async fn a_push_is_no_longer_than_push_services_take_and_says_what_it_left_out() {
    let pushes = pushes();
    let long =
        Notice { hint: vec![7; proto::limits::PUSH_HINT_LEN_MAX], ..Notice::clone(&notice(1, Urgency::Message)) };
    for _ in 0..PUSH_NOTICES_MAX {
        pushes.notify(&Arc::new(long.clone()), DEVICE, 1, false);
    }
    let (_, _, parcel) = due(&pushes).unwrap();
    let text = sending::text(&parcel);
    assert!(text.len() <= 3_900, "{}", text.len());
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    let shown = read["notices"].as_array().unwrap().len();
    assert!(shown >= 4);
    assert_eq!(read["more"].as_u64().unwrap() as usize, PUSH_NOTICES_MAX - shown);
    // Of short ones all lengths are one.
    let lens: BTreeSet<usize> = (0..3)
        .map(|hint_len| {
            let mut parcel = due_of(vec![Notice { hint: vec![1; hint_len * 30], ..long.clone() }]);
            parcel.more = u32::try_from(hint_len).unwrap();
            sending::text(&parcel).len()
        })
        .collect();
    assert_eq!(lens.len(), 1);
}

#[tokio::test]
async fn a_push_service_that_is_not_reached_is_counted_and_one_that_is_listed_no_more_keeps_its_browsers() {
    let hosts = vec!["http://127.0.0.1".parse().unwrap()];
    let config = PushConfig { hosts, ..PushConfig::default() };
    let pushes = Pushes::start(&config, &fresh_secret(), Vec::new()).unwrap();
    let service = pushes.service.as_ref().unwrap();
    // Nobody has bound it again yet.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (endpoint, sent, unreached) in [
        (format!("http://{closed}/x"), Sent::Later(None), 1),
        ("https://listed-before.example/x".to_owned(), Sent::Refused, 1),
    ] {
        let subscription = Subscription { endpoint, p256dh: pushes.public_key().unwrap().to_vec(), auth: [1; 16] };
        let envelope = Envelope { subscription, body: b"{}".to_vec(), ttl: PUSH_PAUSE, topic: None };
        assert_eq!((service.send(envelope, 1).await, pushes.unreached()), (sent, unreached));
    }
}

fn due_of(notices: Vec<Notice>) -> Parcel {
    let notices = notices
        .into_iter()
        .map(|notice| Waiting { notice: Arc::new(notice), queue_seq: 0, since: Instant::now() })
        .collect();
    Parcel { device: DEVICE, urgency: Urgency::Message, notices, more: 0 }
}
