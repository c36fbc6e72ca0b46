use std::sync::{Arc, Mutex};

use super::old_rows::*;
use super::today::*;
use super::*;

/// Takes a phone number that nobody has.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct TakePhone {
    pub phone: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("somebody has it already")]
pub struct Taken;

/// How many have a phone number.
#[derive(Debug, Default)]
pub struct Owners(u32);

#[boundary]
impl Owners {
    #[criteria]
    fn of(command: &TakePhone) -> Criteria {
        Criteria::tag("phone", &command.phone)
    }

    #[event_sourcing_handler]
    fn on_contact(&mut self, event: &Contact) {
        assert!(!event.phone.is_empty());
        self.0 += 1;
    }
}

/// How many are called something, by the tag alone: which names matter, the handlers tell.
#[derive(Debug, Default)]
pub struct Namesakes(u32);

#[boundary]
impl Namesakes {
    #[criteria]
    fn of(command: &CountNamesakes) -> Criteria {
        Criteria::tag("name", &command.name)
    }

    #[event_sourcing_handler]
    fn on_renamed(&mut self, _event: &Renamed) {
        self.0 += 1;
    }
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CountNamesakes {
    pub name: String,
}

#[command_handler]
fn count_namesakes(_: &CountNamesakes, namesakes: Boundary<Namesakes>) -> Result<u32, Taken> {
    Ok(namesakes.0)
}

/// Whoever lives somewhere, whatever the tag.
#[derive(Debug, Default)]
pub struct Moves(u32);

#[boundary]
impl Moves {
    #[criteria]
    fn of(_command: &CountMoves) -> Criteria {
        Criteria::event::<Moved>()
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, _event: &Moved) {
        self.0 += 1;
    }
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CountMoves {}

/// What a node of an earlier version appends while a decision is made, once.
pub struct OtherNode {
    log: MemoryLog,
    rows: Mutex<Vec<OldRow>>,
}

#[command_handler(retry)]
async fn take_phone(
    command: TakePhone,
    owners: Boundary<Owners>,
    unit: UnitOfWork,
    other: Inject<OtherNode>,
) -> Result<(), HandlerError<Taken>> {
    let rows = std::mem::take(&mut *other.rows.lock().unwrap());
    if !rows.is_empty() {
        append(&other.log, &rows).await;
    }
    if owners.0 > 0 {
        return Err(Taken.into());
    }
    unit.publish(Contact { phone: command.phone });
    Ok(())
}

#[command_handler]
async fn count_moves(_command: CountMoves, moves: Boundary<Moves>) -> Result<u32, Taken> {
    Ok(moves.0)
}

async fn start(log: &MemoryLog, meanwhile: &[OldRow]) -> App {
    let other = OtherNode { log: log.clone(), rows: Mutex::new(meanwhile.to_vec()) };
    let builder = App::test().store(log.clone()).provide(Arc::new(other));
    builder.only::<(take_phone, count_moves, count_namesakes)>().start().await.unwrap()
}

fn phone(phone: &str) -> TakePhone {
    TakePhone { phone: phone.to_owned() }
}

#[tokio::test]
async fn a_boundary_sees_rows_of_earlier_days() {
    let app = start(&log_with(&[made(), contact("1", "Paris")]).await, &[]).await;
    let error = app.commands().send(phone("1")).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&Taken));
    app.commands().send(phone("2")).await.unwrap();
    assert!(app.commands().send(phone("2")).await.is_err());
}

#[tokio::test]
async fn criteria_by_tag_find_the_events_of_the_boundary_under_each_earlier_name() {
    let named = OldRow("Renamed", 0, serde_json::json!({ "first_name": "A", "name": "A" }));
    let log = log_with(&[made(), baptised("A"), baptised("B"), named]).await;
    let app = start(&log, &[]).await;
    let count = CountNamesakes { name: "A".to_owned() };
    assert_eq!(app.commands().send(count).await.unwrap(), 2);
}

#[tokio::test]
async fn criteria_by_event_find_each_earlier_name_and_count_each_event_of_a_row() {
    let rows = [
        imported("A"),
        changed(&["B"], Some("C")),
        changed(&["D"], None),
        contact("1", "E"),
        greeted(),
        moved("F"),
    ];
    let app = start(&log_with(&rows).await, &[]).await;
    assert_eq!(app.commands().send(CountMoves {}).await.unwrap(), 4);
}

#[tokio::test]
async fn a_row_under_an_earlier_name_breaks_a_decision_that_was_made_without_it() {
    let log = log_with(&[made()]).await;
    let app = start(&log, &[contact("1", "Paris")]).await;
    let error = app.commands().send(phone("1")).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&Taken), "decided again, and seen");
}

#[tokio::test]
async fn a_row_that_does_not_decode_fails_the_decision() {
    let broken = OldRow("Renamed", 0, serde_json::json!({ "first_name": "A" }));
    let app = start(&log_with(&[made(), broken]).await, &[]).await;
    let error = app.commands().send(CountNamesakes { name: "A".to_owned() }).await.unwrap_err();
    assert!(!error.is_rejection() && error.to_string().contains("`Renamed`"), "{error}");
}
