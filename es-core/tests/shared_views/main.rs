//! A view belongs to one processor. A program of its own: with these linked, none starts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

use es_core::prelude::*;

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Opened {
    pub till: String,
}

#[derive(View, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shelf {
    #[key]
    pub till: String,
}

pub struct Openings;
pub struct Payments;

#[projection(name = "openings", processor = "first")]
impl Openings {
    #[event_handler]
    fn on_opened(event: &Opened, shelves: &mut Views<Shelf>) -> Result<(), Fault> {
        Ok(shelves.upsert(&Shelf { till: event.till.clone() })?)
    }
}

#[projection(name = "payments", processor = "second")]
impl Payments {
    #[event_handler]
    fn on_opened(event: &Opened, shelves: &mut Views<Shelf>) -> Result<(), Fault> {
        shelves.delete(&event.till)?;
        Ok(())
    }
}

#[tokio::test]
async fn two_processors_that_write_one_view_are_refused_with_both_places_and_the_remedy() {
    let app = App::test().start().await;
    let error = app.err().expect("each would fill a table of its own").to_string();
    let first = "view `Shelf` is used by `Openings::on_opened` of `openings` (";
    assert!(error.contains(first), "{error}");
    assert!(error.contains(" and by `Payments::on_opened` of `payments` ("), "{error}");
    assert_eq!(error.matches("shared_views/main.rs:").count(), 2, "{error}");
    assert!(error.contains("#[projection(processor = \"..\")]"), "{error}");
}
