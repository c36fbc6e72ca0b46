//! Interceptors of one aggregate: methods that look at its state before its handlers run.

use es_core::command::{CommandError, DomainError, Handled, HandlingInterceptor};
use es_core::prelude::*;

use super::domain::Notes;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Install {
    #[target]
    pub till: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Ring {
    #[target]
    pub till: String,
    pub pence: u64,
}

/// Rings with somebody at the other end of a wire.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct RingByCard {
    #[target]
    pub till: String,
    pub pence: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Lock {
    #[target]
    pub till: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Scrap {
    #[target]
    pub till: String,
}

/// Is for a part of the till.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CountTray {
    #[target]
    pub till: String,
    pub tray: u8,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Installed {
    pub till: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Rung {
    pub pence: u64,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Locked {}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Scrapped {}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct TrayCounted {
    pub tray: u8,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the drawer holds {most} pence and no more")]
pub struct DrawerIsFull {
    pub most: u64,
}

#[aggregate]
pub struct Till {
    #[aggregate_identifier]
    pub till: String,
    pub pence: u64,
    pub is_locked: bool,
    #[member]
    pub only_tray: Tray,
}

#[aggregate(member_events(TrayCounted))]
impl Till {
    #[command_interceptor]
    fn unlocked(&self, message: &CommandMessage<'_>) -> Result<(), Veto> {
        let shake = message.metadata().get("shake");
        assert!(shake.as_deref() != Some("hard"), "the till fell");
        if self.is_locked && message.name() != "Scrap" {
            return Err(Veto::new(format!("{} is locked", self.till)));
        }
        Ok(())
    }

    #[command_interceptor]
    fn signs(&self, message: &CommandMessage<'_>, metadata: &mut Metadata) -> Result<(), Veto> {
        if message.metadata().get("leaves").is_some() {
            metadata.insert("tenant", "another");
        }
        metadata.insert("drawer", self.pence.to_string());
        Ok(())
    }

    #[command_interceptor]
    fn signs_rung(&self, command: &Ring, metadata: &mut Metadata) -> Result<(), Veto> {
        metadata.insert("rung", command.pence.to_string());
        Ok(())
    }

    #[command_interceptor]
    fn signs_counted(&self, command: &CountTray, metadata: &mut Metadata) -> Result<(), Veto> {
        metadata.insert("tray", command.tray.to_string());
        Ok(())
    }

    #[command_interceptor]
    fn has_seen(&self, message: &CommandMessage<'_>) -> Result<(), Veto> {
        let drawer = message.metadata().get("drawer");
        assert_eq!(drawer.as_deref(), Some(self.pence.to_string().as_str()));
        assert_eq!(message.metadata().get("rung").is_some(), message.name() == "Ring");
        Ok(())
    }

    #[command_interceptor]
    fn has_room(&self, command: &Ring) -> Result<(), DrawerIsFull> {
        assert!(command.pence != 13, "the till fell");
        let fits = self.pence + command.pence <= 1000;
        fits.then_some(()).ok_or(DrawerIsFull { most: 1000 })
    }

    #[command_handler]
    fn install(command: Install) -> Installed {
        Installed { till: command.till }
    }

    #[command_handler]
    fn ring(&self, command: Ring) -> Rung {
        Rung { pence: command.pence }
    }

    #[command_handler]
    async fn ring_by_card(&self, command: RingByCard) -> Rung {
        tokio::task::yield_now().await;
        Rung { pence: command.pence }
    }

    #[command_handler]
    fn lock(&self, _: Lock) -> Locked {
        Locked {}
    }

    #[command_handler]
    fn scrap(&self, _: Scrap) -> Scrapped {
        Scrapped {}
    }

    #[event_sourcing_handler]
    fn on_installed(event: &Installed) -> Self {
        let only_tray = Tray { tray: 1, counted: 0 };
        Self { till: event.till.clone(), pence: 0, is_locked: false, only_tray }
    }

    #[event_sourcing_handler]
    fn on_rung(&mut self, event: &Rung) {
        self.pence += event.pence;
    }

    #[event_sourcing_handler]
    fn on_locked(&mut self, _: &Locked) {
        self.is_locked = true;
    }

    #[event_sourcing_handler(mark_deleted)]
    fn on_scrapped(&mut self, _: &Scrapped) {}
}

#[aggregate_member(of = Till, key = tray)]
pub struct Tray {
    pub tray: u8,
    pub counted: u32,
}

#[aggregate_member(of = Till, key = tray)]
impl Tray {
    #[command_handler]
    fn count(&self, command: CountTray) -> TrayCounted {
        TrayCounted { tray: command.tray }
    }

    #[event_sourcing_handler]
    fn on_counted(&mut self, _: &TrayCounted) {
        self.counted += 1;
    }
}

fn id() -> String {
    "one".to_owned()
}

fn count_tray(tray: u8) -> CountTray {
    CountTray { till: id(), tray }
}

fn ring(pence: u64) -> Ring {
    Ring { till: id(), pence }
}

async fn app() -> App {
    let app = App::test().with::<Till>().start().await.unwrap();
    app.commands().send(Install { till: id() }).await.unwrap();
    app
}

fn veto<E: DomainError>(error: CommandError<E>) -> Veto {
    let CommandError::Vetoed { veto, .. } = error else { panic!("{error:?}") };
    veto
}

#[tokio::test]
async fn they_see_the_state_and_stop_what_does_not_fit() {
    let app = app().await;
    app.commands().send(ring(900)).await.unwrap();
    let error = app.commands().send(ring(200)).await.unwrap_err();
    assert!(!error.is_rejection() && !error.is_retryable());
    assert_eq!(veto(error).downcast_ref(), Some(&DrawerIsFull { most: 1000 }));
    app.commands().send(ring(100)).await.unwrap();
    let till = app.repository::<Till>().load(&id()).await.unwrap();
    assert_eq!((till.pence, till.version), (1000, Sequence(2)), "nothing is stored of the other");
}

#[tokio::test]
async fn one_that_names_a_command_lets_the_others_pass() {
    let app = app().await;
    app.commands().send(RingByCard { till: id(), pence: 5000 }).await.unwrap();
    assert_eq!(app.repository::<Till>().load(&id()).await.unwrap().pence, 5000);
}

#[tokio::test]
async fn one_for_all_commands_stops_handlers_of_every_shape() {
    let app = app().await;
    let commands = app.commands();
    commands.send(Lock { till: id() }).await.unwrap();
    let error = commands.send(ring(1)).await.unwrap_err();
    assert_eq!(veto(error).to_string(), "one is locked");
    let error = commands.send(RingByCard { till: id(), pence: 1 }).await.unwrap_err();
    assert_eq!(veto(error).to_string(), "one is locked");
    let error = commands.named("Lock", br#"{"till":"one"}"#).await.unwrap_err();
    assert_eq!(veto(error).to_string(), "one is locked");
    assert_eq!(app.repository::<Till>().load(&id()).await.unwrap().version, Sequence(1));
}

#[tokio::test]
async fn they_see_the_commands_of_members_before_the_member_is_looked_for() {
    let app = app().await;
    let commands = app.commands();
    commands.send(count_tray(1)).await.unwrap();
    assert_eq!(stored(&app, "tray").await, [None, Some("1".to_owned())]);
    let error = commands.send(count_tray(2)).await.unwrap_err();
    assert!(matches!(error, CommandError::MemberNotFound { .. }), "{error}");
    commands.send(Lock { till: id() }).await.unwrap();
    for tray in [1, 2] {
        let error = commands.send(count_tray(tray)).await.unwrap_err();
        assert_eq!(veto(error).to_string(), "one is locked", "tray {tray}");
    }
    assert_eq!(app.repository::<Till>().load(&id()).await.unwrap().only_tray.counted, 1);
}

#[tokio::test]
async fn there_is_no_state_to_look_at_before_the_first_event_and_after_the_last() {
    let app = app().await;
    let commands = app.commands();
    let error = commands.send(Ring { till: "two".to_owned(), pence: 9999 }).await.unwrap_err();
    assert!(matches!(error, CommandError::NotFound { .. }), "{error}");
    commands.send(Lock { till: id() }).await.unwrap();
    commands.send(Scrap { till: id() }).await.unwrap();
    let error = commands.send(ring(1)).await.unwrap_err();
    assert!(matches!(error, CommandError::Deleted { .. }), "it is no more, locked or not: {error}");
}

/// What is stored beside the events of a till, by one key.
async fn stored(app: &App, key: &str) -> Vec<Option<String>> {
    let mut history = app.repository::<Till>().history(&id()).unwrap();
    let mut stored = Vec::new();
    while let Some(step) = history.next().await.unwrap() {
        stored.push(step.recorded.metadata.get(key).map(|it| it.into_owned()));
    }
    stored
}

#[tokio::test]
async fn what_they_add_is_stored_and_seen_by_those_that_follow() {
    let app = app().await;
    app.commands().send(ring(7)).await.unwrap();
    app.commands().send(RingByCard { till: id(), pence: 1 }).await.unwrap();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(stored(&app, "drawer").await, [None, some("0"), some("7")]);
    assert_eq!(stored(&app, "rung").await, [None, some("7"), None]);
}

#[tokio::test]
async fn they_cannot_change_the_tenant() {
    let app = app().await;
    let leaves = Dispatch::new().meta("leaves", "yes");
    let error = app.commands().send_with(ring(1), leaves).await.unwrap_err();
    let told = veto(error).to_string();
    assert!(told.starts_with("a command interceptor changed `tenant`"), "{told}");
    assert_eq!(stored(&app, "rung").await, [None]);
}

/// Notes what comes out of a decision.
struct Leaving(Notes);

impl HandlingInterceptor for Leaving {
    fn before(&self, _: &CommandMessage<'_>, metadata: &mut Metadata) -> Result<(), Veto> {
        metadata.insert("shake", "hard");
        Ok(())
    }

    fn after(&self, _: &CommandMessage<'_>, handled: Handled<'_>) -> Result<(), Veto> {
        if let Handled::Failed(error) = handled {
            self.0.add(error.to_string());
        }
        Ok(())
    }
}

#[tokio::test]
async fn they_run_within_handling_interceptors_and_see_what_those_added() {
    let notes = Notes::default();
    let leaving = Leaving(notes.clone());
    let app = App::test().with::<Till>().handling_interceptor(leaving).start().await.unwrap();
    app.commands().send(Install { till: id() }).await.unwrap();
    let error = app.commands().send(ring(1)).await.unwrap_err();
    let [left] = notes.take().try_into().unwrap();
    assert_eq!(left, error.to_string());
    assert!(left.contains("the till fell"), "{left}");
}

#[tokio::test]
async fn they_look_again_when_a_command_is_decided_again() {
    let log = es_core::store::MemoryLog::new();
    let start = |log| async { App::test().store(log).with::<Till>().start().await.unwrap() };
    let (here, there) = (start(log.clone()).await, start(log).await);
    here.commands().send(Install { till: id() }).await.unwrap();
    here.commands().send(ring(900)).await.unwrap();
    there.commands().send(ring(50)).await.unwrap();
    // What is live here is older than that: the first decision lets it through, the second not.
    let error = here.commands().send(ring(100)).await.unwrap_err();
    assert_eq!(veto(error).downcast_ref(), Some(&DrawerIsFull { most: 1000 }));
    here.commands().send(ring(50)).await.unwrap();
    // A look at old state stops nobody either.
    there.commands().send(Lock { till: id() }).await.unwrap();
    let error = here.commands().send(ring(0)).await.unwrap_err();
    assert_eq!(veto(error).to_string(), "one is locked");
}
