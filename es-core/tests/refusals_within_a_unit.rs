//! What is refused within a unit of work stores nothing, and what is answered is stored.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

#[path = "common/accounts/mod.rs"]
mod accounts;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use es_core::command::CommandError;
use es_core::prelude::*;
use es_core::store::MemoryLog;
use es_core::testing::{given, stored};
use serde_json::json;

use accounts::*;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct OpenWrong {
    #[target]
    pub account: String,
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct OpenAndRefuse {
    #[target]
    pub account: String,
}

#[aggregate]
impl Account {
    #[command_handler]
    fn open_wrong(_: OpenWrong) -> Opened {
        Opened { account: "wrong".to_owned(), balance: 0 }
    }
    #[command_handler]
    fn open_and_refuse(account: &mut Slot<Self>, command: OpenAndRefuse) -> Result<(), No> {
        account.apply(Opened { account: command.account, balance: 0 });
        Err(No)
    }
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct NestWrong {}
#[command_handler]
pub async fn nest_wrong(_: NestWrong, commands: CommandGateway) -> Result<(), HandlerError<No>> {
    commands.send(OpenWrong { account: "a".to_owned() }).await.map_err(HandlerError::nested)
}

#[derive(Debug, thiserror::Error)]
#[error("not opened: {0}")]
pub struct NotOpened(No);
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct OpenFor {
    account: String,
}
#[command_handler]
pub async fn open_for(
    OpenFor { account }: OpenFor,
    commands: CommandGateway,
) -> Result<(), HandlerError<NotOpened>> {
    let open = OpenAndRefuse { account };
    commands.send(open).await.map_err(HandlerError::rejected_as(NotOpened))?;
    Ok(())
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct CreateWrong {}
#[command_handler]
pub fn create_wrong(_: CreateWrong, accounts: Repository<Account>) -> Result<bool, No> {
    Ok(accounts.create(&"a".to_owned(), Opened { account: "wrong".to_owned(), balance: 0 }).is_ok())
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct CreateAfterRefusal {}
#[command_handler]
pub async fn create_after_refusal(
    _: CreateAfterRefusal,
    commands: CommandGateway,
    accounts: Repository<Account>,
) -> Result<(), HandlerError<No>> {
    let a = "a".to_owned();
    commands.send(OpenAndRefuse { account: a.clone() }).await.unwrap_err();
    accounts.create(&a, Opened { account: a.clone(), balance: 0 })?;
    Ok(())
}

/// A gateway that outlives its handler.
static LEFT: Mutex<Option<CommandGateway>> = Mutex::new(None);
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Leave {}
#[command_handler]
pub async fn leave(_: Leave, commands: CommandGateway) -> Result<(), HandlerError<No>> {
    *LEFT.lock().unwrap() = Some(commands);
    Ok(())
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Note {}
#[command_handler]
pub fn note(_: Note, unit: UnitOfWork) -> Result<(), Infallible> {
    unit.publish(Noted { about: "x".to_owned() });
    Ok(())
}

/// An effect, and an account that may be there already.
pub struct Bank;
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Announce {
    account: String,
}
#[command_handler]
pub async fn announce(
    command: Announce,
    accounts: Repository<Account>,
    _bank: Inject<Bank>,
) -> Result<(), HandlerError<No>> {
    let account = command.account;
    accounts.create(&account.clone(), Opened { account, balance: 0 })?;
    Ok(())
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(name = "Enrolled", renamed_from("Inscribed"), upcast_into = (SeatTaken, CourseJoined))]
pub struct Enrolled {
    #[tag]
    course: String,
    #[tag]
    student: String,
}
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_from(Enrolled))]
pub struct SeatTaken {
    #[tag]
    course: String,
}
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_from(Enrolled))]
pub struct CourseJoined {
    #[tag]
    course: String,
    #[tag]
    student: String,
}
impl From<Enrolled> for (SeatTaken, CourseJoined) {
    fn from(it: Enrolled) -> Self {
        (
            SeatTaken { course: it.course.clone() },
            CourseJoined { course: it.course, student: it.student },
        )
    }
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Touch {
    #[target]
    pub id: String,
}
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Born {
    id: String,
}
#[aggregate]
pub struct Course {
    #[aggregate_identifier]
    id: String,
    seats: usize,
}

#[aggregate]
impl Course {
    #[command_handler]
    fn touch(&self, _: Touch) -> Option<SeatTaken> {
        None
    }
    #[event_sourcing_handler]
    fn on_born(event: &Born) -> Self {
        Self { id: event.id.clone(), seats: 0 }
    }
    #[event_sourcing_handler]
    fn on_seat(&mut self, _: &SeatTaken) {
        self.seats += 1;
    }
    #[event_sourcing_handler]
    fn on_joined(&mut self, _: &CourseJoined) {}
}

async fn app_on(log: MemoryLog) -> App {
    App::test().provide(Arc::new(Bank)).store(log).start().await.unwrap()
}

#[tokio::test]
async fn a_nested_creating_handler_makes_the_aggregate_it_is_for() {
    let app = app_on(MemoryLog::new()).await;
    let open = OpenWrong { account: "a".to_owned() };
    let direct = app.commands().send(open).await.unwrap_err().to_string();
    let nested = app.commands().send(NestWrong {}).await.unwrap_err().to_string();
    assert_eq!(direct, nested);
    assert!(direct.ends_with("take the id from the command"), "{direct}");
    assert!(stored(&app).await.rows().is_empty());
}

#[tokio::test]
async fn a_handler_refuses_in_its_own_words_and_passes_on_what_was_no_refusal() {
    let app = app_on(MemoryLog::new()).await;
    let refused = app.commands().send(OpenFor { account: a() }).await.unwrap_err();
    assert!(matches!(refused, CommandError::Rejected { error: NotOpened(No), .. }), "{refused}");
    let failed = app.commands().send(OpenFor { account: String::new() }).await.unwrap_err();
    assert!(matches!(failed, CommandError::Nested { .. }), "{failed}");
    let direct = OpenAndRefuse { account: String::new() };
    let direct = app.commands().send(direct).await.unwrap_err();
    assert_eq!(failed.to_string(), direct.to_string());
}

#[tokio::test]
async fn a_create_that_was_refused_stores_nothing() {
    let app = app_on(MemoryLog::new()).await;
    let answer = app.commands().send(CreateWrong {}).await;
    assert!(stored(&app).await.rows().is_empty(), "{answer:?}");
}

#[tokio::test]
async fn what_a_refused_command_created_can_be_created_again() {
    let app = app_on(MemoryLog::new()).await;
    app.commands().send(CreateAfterRefusal {}).await.unwrap();
}

#[tokio::test]
async fn a_command_that_is_answered_is_stored() {
    let app = app_on(MemoryLog::new()).await;
    app.commands().send(Leave {}).await.unwrap();
    let left = LEFT.lock().unwrap().take().unwrap();
    let answer = left.send(Note {}).await;
    assert_eq!(answer.is_ok(), stored(&app).await.rows().len() == 1, "{answer:?}");
}

#[tokio::test]
async fn a_barrier_that_creates_is_told_in_the_end_that_it_exists() {
    let log = MemoryLog::new();
    let (one, other) = (app_on(log.clone()).await, app_on(log).await);
    one.commands().send(open_a()).await.unwrap();
    let mut errors = Vec::new();
    for _ in 0..5 {
        let error = other.commands().send(Announce { account: "a".to_owned() }).await.unwrap_err();
        if matches!(error, CommandError::AlreadyExists { .. }) {
            return;
        }
        errors.push(error.to_string());
    }
    panic!("never told: {errors:#?}");
}

#[test]
fn an_old_name_of_an_event_that_was_upcast_is_upcast_too() {
    given::<Course>()
        .rows([
            ("Born", 0, json!({"id": "7"})),
            ("Enrolled", 0, json!({"course": "7", "student": "a"})),
            ("Inscribed", 0, json!({"course": "7", "student": "b"})),
        ])
        .when(Touch { id: "7".into() })
        .then_nothing()
        .then_state(|course| assert_eq!(course.seats, 2));
}
