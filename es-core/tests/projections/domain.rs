//! Tills that take coins, a view of them, and handlers that misbehave on request.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Mutex, OnceLock};
use std::task::Poll;
use std::time::Duration;

use es_core::event::Tenant;
use es_core::prelude::*;
use es_core::projection::ProjectionHandle;
use tokio::sync::{Notify, watch};

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Open {
    #[target]
    pub till: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Take {
    #[target]
    pub till: String,
    pub cents: u64,
}

/// Stores an event that no projection knows.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Polish {
    #[target]
    pub till: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct TillOpened {
    pub till: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct CoinsTaken {
    pub till: String,
    pub cents: u64,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct TillPolished {}

/// Belongs to no till.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct TillAdmired {}

#[aggregate]
#[derive(Debug)]
pub struct Till {
    #[aggregate_identifier]
    pub till: String,
}

#[aggregate]
impl Till {
    #[command_handler]
    fn open(command: Open) -> TillOpened {
        TillOpened { till: command.till }
    }

    #[command_handler]
    fn take(&self, command: &Take) -> CoinsTaken {
        CoinsTaken { till: self.till.clone(), cents: command.cents }
    }

    #[command_handler]
    fn polish(&self, _command: &Polish) -> TillPolished {
        TillPolished {}
    }

    #[event_sourcing_handler]
    fn on_opened(event: &TillOpened) -> Self {
        Self { till: event.till.clone() }
    }

    #[event_sourcing_handler]
    fn on_taken(&mut self, _event: &CoinsTaken) {}

    #[event_sourcing_handler]
    fn on_polished(&mut self, _event: &TillPolished) {}
}

#[derive(View, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TillRow {
    #[key]
    pub till: String,
    #[index]
    pub cents: u64,
    pub takings: u32,
}

#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = Option<TillRow>)]
pub struct FindTill {
    pub till: String,
}

/// The names of tills with so much in them, poorest first.
#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = Vec<String>)]
pub struct RichTills {
    pub at_least: u64,
}

#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = u64)]
pub struct BreakDown {
    pub how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum How {
    Error,
    Panic,
    PanicAwaiting,
}

#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = u64)]
pub struct BreakDownSlowly {}

#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = ())]
pub struct NobodyAnswers {}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the till is jammed")]
pub struct Jammed;

/// What is to go wrong at the next event of a till, and what was called.
#[derive(Default)]
pub struct Mischief {
    pub jammed: Mutex<BTreeSet<String>>,
    pub panics: Mutex<BTreeSet<String>>,
    pub calls: Mutex<Vec<(String, u64)>>,
    pub waits_for: Mutex<Option<ProjectionHandle>>,
    pub hangs: watch::Sender<bool>,
    /// Told when somebody admires a till.
    pub admired: Notify,
    /// What that leads to.
    pub afterwards: OnceLock<Afterwards>,
    /// Told when a till may be left as shiny as it is.
    pub is_shiny: Notify,
}

/// What somebody who has admired a till does, through a gateway that is not his own.
pub enum Afterwards {
    /// He takes a coin.
    Takes(CommandGateway),
    /// He says so.
    Publishes(EventGateway),
    /// He has it shone, and does not wait for it.
    HasItShone(CommandGateway),
}

impl Mischief {
    async fn hang(&self) {
        self.hangs.subscribe().wait_for(|hangs| !hangs).await.unwrap();
    }

    fn meet(&self, till: &str, cents: u64) -> Result<(), Fault> {
        self.calls.lock().unwrap().push((till.to_owned(), cents));
        // Not inside the lock, which a panic would poison.
        let panics = self.panics.lock().unwrap().contains(till);
        assert!(!panics, "the till exploded");
        if let Some(handle) = self.waits_for.lock().unwrap().clone() {
            let mut waiting = pin!(handle.reached(Position(99), Duration::ZERO));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            if let Poll::Ready(waited) = waiting.as_mut().poll(&mut context) {
                waited?;
            }
        }
        if self.jammed.lock().unwrap().contains(till) { Err(Jammed.into()) } else { Ok(()) }
    }
}

/// Where reactions write to.
#[derive(Default)]
pub struct Postcards(pub watch::Sender<Vec<String>>);

#[projection(name = "tills")]
impl TillRow {
    #[event_handler]
    fn on_opened(event: &TillOpened, tills: &mut Views<TillRow>) -> Result<(), Fault> {
        tills.upsert(&Self { till: event.till.clone(), cents: 0, takings: 0 })?;
        Ok(())
    }

    // Writes before it fails: what it wrote must be gone afterwards.
    #[event_handler]
    fn on_taken(
        event: &CoinsTaken,
        tills: &mut Views<TillRow>,
        mischief: Inject<Mischief>,
    ) -> Result<(), Fault> {
        let Some(mut row) = tills.load(&event.till)? else {
            return Err(Fault::new("coins were taken from a till that was never opened"));
        };
        row.cents += event.cents;
        row.takings += 1;
        tills.upsert(&row)?;
        mischief.meet(&event.till, event.cents)
    }

    #[query_handler]
    fn find(query: FindTill, tills: &Views<TillRow>) -> Result<Option<TillRow>, Fault> {
        Ok(tills.load(&query.till)?)
    }

    #[query_handler]
    fn rich(query: &RichTills, tills: &Views<TillRow>) -> Result<Vec<String>, Fault> {
        let rich = tills.range(TillRow::BY_CENTS, query.at_least..)?;
        Ok(rich.into_iter().map(|row| row.till).collect())
    }

    #[query_handler]
    fn break_down(query: BreakDown) -> Result<u64, Jammed> {
        assert!(query.how != How::Panic, "the drawer fell out");
        Err(Jammed)
    }

    #[query_handler]
    async fn break_down_slowly(_query: BreakDownSlowly) -> u64 {
        tokio::task::yield_now().await;
        panic!("the drawer fell out slowly");
    }
}

/// A reaction: it begins at the head and writes outside the read side.
#[event_handler]
pub async fn write_postcard(
    event: &TillOpened,
    postcards: Inject<Postcards>,
    mischief: Inject<Mischief>,
) -> Result<(), Jammed> {
    if mischief.jammed.lock().unwrap().contains(&event.till) {
        return Err(Jammed);
    }
    mischief.hang().await;
    postcards.0.send_modify(|cards| cards.push(format!("{} is open", event.till)));
    Ok(())
}

/// A reaction that waits for somebody who may never answer, and goes on as the test wants it.
#[event_handler]
pub async fn admire(
    _: &TillPolished,
    till: StreamId,
    mischief: Inject<Mischief>,
) -> Result<(), Fault> {
    mischief.admired.notify_one();
    mischief.hang().await;
    let till = till.id().to_owned();
    match mischief.afterwards.get() {
        None => {}
        Some(Afterwards::Takes(commands)) => commands.send(Take { till, cents: 1 }).await?,
        Some(Afterwards::Publishes(events)) => drop(events.publish(TillAdmired {}).await?),
        Some(Afterwards::HasItShone(commands)) => {
            let mut sending = pin!(commands.send(Shine { till }));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(sending.as_mut().poll(&mut context).is_pending(), "it takes its time");
        }
    }
    Ok(())
}

/// Finds a coin once the till is shiny.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Shine {
    pub till: String,
}

#[command_handler]
pub async fn shine(
    command: Shine,
    commands: CommandGateway,
    mischief: Inject<Mischief>,
) -> Result<(), HandlerError<Infallible>> {
    mischief.is_shiny.notified().await;
    let take = Take { till: command.till, cents: 1 };
    commands.send(take).await.map_err(HandlerError::nested)
}

pub fn tenant(name: &str) -> Tenant {
    Tenant::new(name).unwrap()
}
