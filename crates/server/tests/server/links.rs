//! The rendezvous.

use crate::client::Host;
use proto::account::*;

const LINK: [u8; 16] = [5; 16];

#[tokio::test]
async fn a_slot_is_written_in_turn_and_a_waiting_reader_wakes() {
    let host = Host::start().await;
    let open = LinkOpen { link_id: LINK.to_vec(), bytes: vec![1] };
    assert_eq!(host.post("/v1/link/open", None, &open).await.ok::<LinkPutOk>().seq, 1);
    host.post("/v1/link/open", None, &open).await.refused(409, "link-conflict");
    let get = |after_seq, wait_ms| LinkGet { link_id: LINK.to_vec(), after_seq, wait_ms };
    let slot: LinkSlot = host.post("/v1/link/get", None, &get(0, 0)).await.ok();
    assert_eq!((slot.seq, slot.bytes.as_slice(), slot.same_network), (1, [1].as_slice(), true));
    let nothing: LinkSlot = host.post("/v1/link/get", None, &get(1, 1)).await.ok();
    assert!(nothing.seq == 1 && nothing.bytes.is_empty());
    let put = |expected_seq, bytes| LinkPut { link_id: LINK.to_vec(), expected_seq, bytes };
    let (waiting, first) = (get(1, 25_000), put(1, vec![2]));
    let (slot, seq) = tokio::join!(host.post("/v1/link/get", None, &waiting), host.post("/v1/link/put", None, &first));
    assert_eq!(seq.ok::<LinkPutOk>().seq, 2);
    assert_eq!(slot.ok::<LinkSlot>().bytes, [2]);
    host.post("/v1/link/put", None, &put(1, vec![3])).await.refused(409, "link-conflict");
    let large = put(2, vec![0; 16 * 1024 + 1]);
    host.post("/v1/link/put", None, &large).await.refused(413, "too-large");
}

#[tokio::test]
async fn a_rendezvous_ends_by_time_and_by_closing() {
    let host = Host::start().await;
    let open = LinkOpen { link_id: LINK.to_vec(), bytes: vec![1] };
    let get = LinkGet { link_id: LINK.to_vec(), after_seq: 0, wait_ms: 0 };
    host.post("/v1/link/get", None, &get).await.refused(404, "link-gone");
    host.post("/v1/link/open", None, &open).await.ok::<LinkPutOk>();
    host.clock.forward(120_000);
    host.post("/v1/link/get", None, &get).await.refused(404, "link-gone");
    host.post("/v1/link/open", None, &open).await.ok::<LinkPutOk>();
    assert_eq!(host.post("/v1/link/close", None, &LinkClose { link_id: LINK.to_vec() }).await.status, 204);
    host.post("/v1/link/get", None, &get).await.refused(404, "link-gone");
    let short = LinkGet { link_id: vec![1; 15], ..get };
    host.post("/v1/link/get", None, &short).await.refused(400, "malformed");
}
