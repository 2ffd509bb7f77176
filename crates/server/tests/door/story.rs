//! Two register, log in, are matched, relay, and one leaves.

use crate::raw::{Door, meet};
use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn two_strangers_meet_and_relay_over_both_doors() {
    let world = World::new().await;
    let mut a = world.person(Door::Native, "小明").await;
    let mut b = world.person(Door::Web, "小红").await;
    let (to_a, to_b) = meet(&mut a, &mut b).await;
    assert_eq!(to_a["match"], to_b["match"]);
    assert_eq!(to_a["peer"]["username"], "小红");
    assert_eq!(to_b["peer"]["username"], "小明");
    assert_ne!(to_a["ticket"], to_b["ticket"]);

    a.relay("你好".as_bytes()).await;
    let got = b.told("/relay").await;
    assert_eq!(
        (got.body.as_slice(), got.id, got.agent),
        ("你好".as_bytes(), None, None)
    );
    b.relay(&[7; 40_000]).await;
    assert_eq!(a.told("/relay").await.body, [7; 40_000]);

    let end = json!({ "match": to_b["match"], "reason": "left" });
    assert_eq!(b.post("/match/end", &end).await.status, 200);
    for one in [&mut a, &mut b] {
        let ended = one.told("/match/end").await.json();
        assert_eq!(
            (&ended["match"], &ended["reason"]),
            (&to_a["match"], &json!("left"))
        );
    }
    assert_eq!(
        a.post("/match/end", &end).await.status,
        200,
        "idempotent by match"
    );
    assert_eq!(a.get("/status").await.json()["seat"]["state"], "free");
}
