//! A question with a tag that no event has is no rule, and is told at once.

use std::convert::Infallible;
use std::sync::Arc;

use es_core::event::Tenant;
use es_core::prelude::*;
use es_core::store::EventStore;

use super::domain::{SeatGivenBack, SeatTaken};
use super::log::MeddledLog;

/// Its stored name looks like that of a field.
#[aggregate(name = "room")]
struct Room {
    #[aggregate_identifier]
    room_id: String,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Build {
    #[target]
    room_id: String,
}

#[derive(Event, Serialize, Deserialize)]
struct RoomBuilt {
    room_id: String,
}

#[aggregate]
impl Room {
    #[command_handler]
    fn build(command: Build) -> RoomBuilt {
        RoomBuilt { room_id: command.room_id }
    }

    #[event_sourcing_handler]
    fn on_built(event: &RoomBuilt) -> Self {
        Self { room_id: event.room_id.clone() }
    }
}

#[derive(Event, Serialize, Deserialize)]
#[event(former_tags("title"))]
struct TalkGiven {
    title: String,
    #[tag]
    hall: String,
}

/// As it was declared before its tag was moved.
mod earlier {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize)]
    pub struct TalkGiven {
        #[tag]
        pub title: String,
        pub hall: String,
    }
}

macro_rules! questions {
    ($($command:ident by $handler:ident, $state:ident: $criteria:expr, $event:ty;)*) => { $(
        #[derive(Command, Clone, Serialize, Deserialize)]
        struct $command;

        #[derive(Default)]
        struct $state {
            seen: usize,
        }

        #[boundary]
        impl $state {
            #[criteria]
            fn of(_command: &$command) -> Criteria {
                $criteria
            }

            #[event_sourcing_handler]
            fn on_event(&mut self, _event: &$event) {
                self.seen += 1;
            }

            #[event_sourcing_handler]
            fn on_given_back(&mut self, _event: &SeatGivenBack) {}
        }

        #[command_handler]
        fn $handler(_: &$command, state: Boundary<$state>) -> Result<usize, Infallible> {
            Ok(state.seen)
        }
    )* };
}

questions! {
    Misspelt by misspelt, MisspeltTag: Criteria::tag("studnet", "S1"), SeatTaken;
    Narrowed by narrowed, NarrowedTag:
        Criteria::event::<RoomBuilt>().and(Criteria::tag("course", "C1")), RoomBuilt;
    OfRoom by of_room, OfTheRoom: Criteria::tag("room", "R1"), RoomBuilt;
    Elsewhere by elsewhere, OfAnotherProgram: Criteria::tag("Teacher", "T1"), SeatTaken;
    Unfolded by unfolded, OfAnotherEvent:
        Criteria::event::<RoomBuilt>().and(Criteria::tag("colour", "red")), SeatTaken;
    InHall by in_hall, OfTheHall: Criteria::tag("hall", "H1"), TalkGiven;
    OnTitle by on_title, OfTheTitle: Criteria::tag("title", "Tags"), TalkGiven;
    InHallOrOnTitle by in_hall_or_on_title, OfHallOrTitle:
        Criteria::tag("hall", "H1").or(Criteria::tag("title", "Tags")), TalkGiven;
    InHallOrMisspelt by in_hall_or_misspelt, OfHallOrTitel:
        Criteria::tag("hall", "H1").or(Criteria::tag("titel", "Tags")), TalkGiven;
}

type Handlers = (Room, misspelt, narrowed, of_room, elsewhere, unfolded);
type Talks = (in_hall, on_title, in_hall_or_on_title, in_hall_or_misspelt);

async fn gateway() -> CommandGateway {
    App::test().only::<Handlers>().start().await.unwrap().commands().clone()
}

#[tokio::test]
async fn a_misspelt_tag_is_told_with_the_tags_that_there_are() {
    let error = gateway().await.send(Misspelt).await.unwrap_err();
    assert!(matches!(error, CommandError::Fault { .. }), "{error}");
    let error = error.to_string();
    for told in ["MisspeltTag", "`#[tag] studnet`", "`SeatTaken`", "`#[tag] student`"] {
        assert!(error.contains(told), "`{told}` is not in: {error}");
    }
}

#[tokio::test]
async fn a_tag_of_another_event_than_the_one_asked_for_is_told() {
    let error = gateway().await.send(Narrowed).await.unwrap_err().to_string();
    for told in ["`#[tag] course`", "`RoomBuilt` has none"] {
        assert!(error.contains(told), "`{told}` is not in: {error}");
    }
    assert!(!error.contains("SeatGivenBack"), "it was not asked for: {error}");
}

#[tokio::test]
async fn the_id_of_an_aggregate_is_a_tag_whatever_its_name_looks_like() {
    let gateway = gateway().await;
    gateway.send(Build { room_id: "R1".to_owned() }).await.unwrap();
    gateway.send(Build { room_id: "R2".to_owned() }).await.unwrap();
    assert_eq!(gateway.send(OfRoom).await.unwrap(), 1);
}

#[tokio::test]
async fn what_other_programs_may_store_is_asked_for() {
    let gateway = gateway().await;
    assert_eq!(gateway.send(Elsewhere).await.unwrap(), 0);
    assert_eq!(gateway.send(Unfolded).await.unwrap(), 0);
}

#[tokio::test]
async fn rows_from_before_a_tag_was_moved_are_found_by_the_tag_they_were_stored_with() {
    let (title, hall) = ("Tags".to_owned(), "H1".to_owned());
    let log = MeddledLog::new();
    let first = earlier::TalkGiven { title: title.clone(), hall: hall.clone() };
    log.append(&first, Tenant::default()).await;
    log.append(&TalkGiven { title, hall }, Tenant::default()).await;

    let store = Arc::clone(&log) as Arc<dyn EventStore>;
    let app = App::builder().store(store).only::<Talks>().start().await.unwrap();
    let gateway = app.commands();
    assert_eq!(gateway.send(InHall).await.unwrap(), 1, "the first one has no such tag");
    assert_eq!(gateway.send(InHallOrOnTitle).await.unwrap(), 2);
    assert_eq!(gateway.send(OnTitle).await.unwrap(), 1, "only the first one has it");
    let error = gateway.send(InHallOrMisspelt).await.unwrap_err().to_string();
    assert!(error.contains("`#[tag] titel`") && error.contains("former_tags"), "{error}");
}

/// What an event says of its tags is what it has.
#[test]
fn the_keys_of_an_events_tags_are_known() {
    use es_core::event::Event;
    assert_eq!(SeatTaken::TAG_KEYS, Some(&["course", "student"][..]));
    assert_eq!(RoomBuilt::TAG_KEYS, Some(&[][..]));
}
