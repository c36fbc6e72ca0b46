use super::old_rows::*;
use super::status::{LONG, failure};
use super::today::*;
use super::*;

async fn card(app: &App) -> Option<Card> {
    app.queries().query(FindCard { customer: ada() }).await.unwrap()
}

async fn lines_after(rows: &[OldRow]) -> (Vec<String>, u64) {
    let app = app_on(&log_with(rows).await).await;
    app.caught_up(LONG).await.unwrap();
    card(&app).await.map_or((vec![], 0), |card| (card.lines, card.at))
}

#[tokio::test]
async fn a_handler_of_the_event_of_today_is_given_the_rows_of_earlier_days_in_order() {
    let rows = [
        made(),
        changed(&["A", "B"], Some("London")),
        baptised("C"),
        contact("1", "Paris"),
        moved("Rome"),
    ];
    let (lines, at) = lines_after(&rows).await;
    let expected =
        ["is called A", "is called B", "lives in London", "is called C", "lives in Paris"];
    assert_eq!(lines[..5], expected);
    assert_eq!((&*lines[5], lines.len(), at), ("lives in Rome", 6, 4));
}

#[tokio::test]
async fn an_event_in_two_steps_is_found_too() {
    let (lines, at) = lines_after(&[imported("London")]).await;
    assert_eq!((lines, at), (vec!["lives in London".to_owned()], 0));
}

#[tokio::test]
async fn rows_that_became_nothing_are_passed_and_the_token_with_them() {
    let (lines, _) = lines_after(&[made(), changed(&[], None), changed(&[], None)]).await;
    assert!(lines.is_empty());
}

#[tokio::test]
async fn the_events_of_one_row_are_handled_together_or_not_at_all() {
    let rows = [made(), baptised("A"), changed(&["B", "C"], Some("Atlantis")), baptised("D")];
    let app = app_on(&log_with(&rows).await).await;
    let (status, reason) = failure(&app.projection::<Card>()).await;
    assert_eq!(status.position, Position(2), "what precedes the row is kept");
    assert!(reason.contains("event `Moved` at position 3"), "{reason}");
    assert!(reason.contains("`Card::on_moved`"), "{reason}");
    let card = card(&app).await.unwrap();
    assert_eq!(card.lines, ["is called A"], "the names that came with the move are undone");
}

#[tokio::test]
async fn a_row_that_cannot_be_upcast_is_an_error_of_its_place() {
    let broken = OldRow("CustomerChanged", 0, serde_json::json!({ "names": 7 }));
    for (row, says) in [(broken, "invalid type"), (baptised(""), "nobody is called nothing")] {
        let app = app_on(&log_with(&[made(), baptised("A"), row.clone()]).await).await;
        let (status, reason) = failure(&app.projection::<Card>()).await;
        assert_eq!(status.position, Position(2));
        let place = format!("event `{}` at position 3 cannot be upcast: ", row.0);
        assert!(reason.starts_with(&place) && reason.contains(says), "{reason}");
    }
}

#[tokio::test]
async fn a_row_of_today_that_does_not_decode_is_one_too() {
    let broken = OldRow("Moved", 0, serde_json::json!({ "city": 7 }));
    let app = app_on(&log_with(&[made(), baptised("A"), broken]).await).await;
    let (status, reason) = failure(&app.projection::<Card>()).await;
    assert_eq!(status.position, Position(2));
    assert!(reason.contains("event `Moved` at position 3"), "{reason}");
}
