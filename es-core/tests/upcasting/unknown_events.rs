use es_core::aggregate::{LoadError, ReplayError};
use es_core::event::Partition;
use es_core::store::EventStore;
use es_core::testing::given;
use serde_json::json;

use super::old_rows::*;
use super::today::*;
use super::*;

/// What a load says about these rows.
async fn says(rows: &[OldRow]) -> String {
    let app = app_on(&log_with(rows).await).await;
    app.repository::<Customer>().load(&ada()).await.unwrap_err().to_string()
}

#[tokio::test]
async fn an_unknown_event_fails_the_load_by_name_and_says_what_to_write() {
    let text = says(&[made(), OldRow("Knighted", 3, json!({}))]).await;
    assert_eq!(
        text,
        "`Customer ada at sequence 1` has the unknown event `Knighted` (revision 3); run a version \
         that knows it, add an `#[event_sourcing_handler]`, say `renamed_from(\"Knighted\")` at \
         the event that it is today, or pass over it with `#[aggregate(ignore(\"Knighted\"))]`"
    );
}

#[tokio::test]
async fn a_command_on_it_fails_and_stores_nothing() {
    let log = log_with(&[made(), OldRow("Knighted", 0, json!({}))]).await;
    let app = app_on(&log).await;
    let error = app.commands().send(Move { id: ada(), city: "Paris".into() }).await.unwrap_err();
    let CommandError::Load { source: LoadError::Replay(source), .. } = &error else {
        panic!("{error}")
    };
    let ReplayError::UnknownEvent { place, name, .. } = source else { panic!("{source}") };
    assert_eq!((name.as_str(), place.sequence), ("Knighted", Some(Sequence(1))));
    assert!(!error.is_retryable() && !error.is_rejection());
    assert_eq!(log.head(Partition::default()).await.unwrap(), Position(2));
}

#[tokio::test]
async fn a_revision_from_which_no_way_leads_fails_the_load() {
    let text = says(&[made(), OldRow("Contact", 2, json!({ "phone": "1" }))]).await;
    assert!(text.contains("event `Contact` of `Customer ada at sequence 1`"), "{text}");
    assert!(text.contains("has revision 2"), "{text}");
    let text = says(&[made(), OldRow("CustomerChanged", 1, json!({}))]).await;
    assert!(text.contains("the unknown event `CustomerChanged` (revision 1)"), "{text}");
}

#[tokio::test]
async fn a_payload_that_never_had_this_shape_is_told_by_the_name_it_was_stored_under() {
    let text = says(&[made(), OldRow("CustomerChanged", 0, json!({ "names": 7 }))]).await;
    assert!(
        text.contains("event `CustomerChanged` of `Customer ada at sequence 1` cannot be decoded"),
        "{text}"
    );
}

#[tokio::test]
async fn a_conversion_that_panics_fails_the_load_alone() {
    let text = says(&[made(), baptised("")]).await;
    assert!(text.contains("`Baptised` panicked at `Customer ada at sequence 1`"), "{text}");
    assert!(text.contains("nobody is called nothing"), "{text}");
}

/// Knows only one of the two events that a `CustomerChanged` may have become.
#[aggregate(name = "Customer")]
#[derive(Debug)]
pub struct Nameless {
    #[aggregate_identifier]
    pub id: String,
}

#[aggregate]
impl Nameless {
    #[command_handler]
    fn relocate(&self, command: MoveNameless) -> Moved {
        Moved { city: command.city }
    }

    #[event_sourcing_handler]
    fn on_registered(event: &Registered) -> Self {
        Self { id: event.id.clone() }
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, _: &Moved) {}
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct MoveNameless {
    #[target]
    pub id: String,
    pub city: String,
}

#[tokio::test]
async fn an_unknown_part_of_a_row_is_told_with_the_name_of_the_row() {
    let log = log_with(&[made(), changed(&["A"], Some("Paris"))]).await;
    let app = App::test().store(log).only::<Nameless>().start().await.unwrap();
    let error = app.repository::<Nameless>().load(&ada()).await.unwrap_err().to_string();
    assert!(
        error.starts_with(
            "`Customer ada at sequence 1` has the unknown event `Renamed` (revision 0), upcast \
             from the stored `CustomerChanged`; "
        ),
        "{error}"
    );
}

#[test]
fn fixtures_read_rows_like_a_load() {
    given::<Customer>()
        .rows([
            ("CustomerImported", 0, json!({ "id": "ada", "city": "London" }), 0),
            ("CustomerGreeted", 0, json!({}), 1),
            ("Contact", 0, json!({ "phone": "1", "city": "Paris" }), 2),
        ])
        .when(Move { id: ada(), city: "Rome".into() })
        .then_events(Moved { city: "Rome".into() })
        .then_state(|customer| assert_eq!(customer.cities, ["London", "Paris", "Rome"]));
}
