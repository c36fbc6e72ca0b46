//! One command is sent under one id through two applications on one log: the one that looked the id
//! up before the other one stored it gives the first answer too, whatever it decides by then.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

#[path = "common/logs/mod.rs"]
mod logs;

use std::sync::Arc;

use async_trait::async_trait;
use es_core::command::{CommandError, CommandGateway};
use es_core::event::{CommandId, Tenant};
use es_core::prelude::*;
use es_core::store::{MemoryLog, ReadError, RememberedCommand};
use tokio::sync::Semaphore;

use logs::{LogAround, Parts};

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Open {
    #[target]
    seat: String,
}

/// Refused once the seat is taken.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Take {
    #[target]
    seat: String,
}

/// Stores nothing once the seat is taken, and answers otherwise.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct TakeIfFree {
    #[target]
    seat: String,
}

/// Like `Take`, by a handler that awaits.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct TakeOutside {
    #[target]
    seat: String,
}

/// Like `Take`, by a free handler.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct TakeFreely {
    seat: String,
}

/// Counts a failure although it is refused, and nothing once the seat is taken.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct TakeInVain {
    #[target]
    seat: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Opened {
    seat: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Taken {}

#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
pub enum SeatError {
    #[error("the seat is taken")]
    IsTaken,
    #[error("it was in vain")]
    InVain,
}

#[aggregate]
pub struct Seat {
    #[aggregate_identifier]
    seat: String,
    is_taken: bool,
}

#[aggregate]
impl Seat {
    #[command_handler]
    fn open(command: Open) -> Opened {
        Opened { seat: command.seat }
    }

    #[command_handler]
    fn take(seat: &mut Root<Self>, _: Take) -> Result<u32, SeatError> {
        if seat.is_taken {
            return Err(SeatError::IsTaken);
        }
        seat.apply(Taken {});
        Ok(7)
    }

    #[command_handler]
    fn take_if_free(seat: &mut Root<Self>, _: TakeIfFree) -> Result<u32, SeatError> {
        if seat.is_taken {
            return Ok(0);
        }
        seat.apply(Taken {});
        Ok(7)
    }

    #[command_handler]
    async fn take_outside(
        seat: &mut Root<Self>,
        _: TakeOutside,
    ) -> Result<u32, HandlerError<SeatError>> {
        if seat.is_taken {
            return Err(SeatError::IsTaken.into());
        }
        seat.apply(Taken {});
        Ok(7)
    }

    #[command_handler]
    fn take_in_vain(seat: &mut Root<Self>, _: TakeInVain) -> Result<u32, HandlerError<SeatError>> {
        if seat.is_taken {
            return Err(SeatError::IsTaken.into());
        }
        seat.apply(Taken {});
        Err(Recorded(SeatError::InVain))?
    }

    #[event_sourcing_handler]
    fn on_opened(event: &Opened) -> Self {
        Self { seat: event.seat.clone(), is_taken: false }
    }

    #[event_sourcing_handler]
    fn on_taken(&mut self, _: &Taken) {
        self.is_taken = true;
    }
}

#[command_handler]
pub async fn take_freely(
    command: TakeFreely,
    seats: Repository<Seat>,
) -> Result<u32, HandlerError<SeatError>> {
    let mut seat = seats.load(&command.seat).await?;
    if seat.is_taken {
        return Err(SeatError::IsTaken.into());
    }
    seat.apply(Taken {});
    Ok(7)
}

/// Tells that an id was looked up, and gives what was found when it is told to.
struct LooksUpSlowly {
    inner: MemoryLog,
    looked_up: Semaphore,
    go_on: Semaphore,
}

#[async_trait]
impl Parts for Arc<LooksUpSlowly> {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        use es_core::store::CommandMemory;
        let found = self.inner.remembered(tenant, id).await;
        self.looked_up.add_permits(1);
        self.go_on.acquire().await.unwrap().forget();
        found
    }
}

/// What the application is told whose command is stored, and what the one is told that looked the
/// id up before that and decides afterwards.
async fn told<T, F>(send: impl Fn(CommandGateway) -> F) -> [T; 2]
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let inner = MemoryLog::new();
    let log = Arc::new(LooksUpSlowly {
        inner: inner.clone(),
        looked_up: Semaphore::new(0),
        go_on: Semaphore::new(0),
    });
    let first = App::builder().store(inner).only::<(Seat, take_freely)>().start().await.unwrap();
    let second = App::builder().store(LogAround(Arc::clone(&log)));
    let second = second.only::<(Seat, take_freely)>().start().await.unwrap();
    first.commands().send(Open { seat: seat() }).await.unwrap();
    let slow = tokio::spawn(send(second.commands()));
    log.looked_up.acquire().await.unwrap().forget();
    let fast = send(first.commands()).await;
    log.go_on.add_permits(1);
    let slow = slow.await.unwrap();
    let version = first.repository::<Seat>().load(&seat()).await.unwrap().version.0;
    assert_eq!(version, 1, "it was not stored once");
    [fast, slow]
}

fn seat() -> String {
    "1a".to_owned()
}

fn under_one_id() -> Dispatch {
    Dispatch::new().id(CommandId::from_key("one id"))
}

fn are_seven(told: &[Result<u32, CommandError<SeatError>>]) {
    assert!(told.iter().all(|told| matches!(told, Ok(7))), "{told:?}");
}

#[tokio::test]
async fn an_aggregate_that_would_refuse_gives_the_first_answer() {
    let told = told(|commands| async move {
        commands.send_with(Take { seat: seat() }, under_one_id()).await
    });
    are_seven(&told.await);
}

#[tokio::test]
async fn an_aggregate_that_has_nothing_to_do_gives_the_first_answer() {
    let told = told(|commands| async move {
        commands.send_with(TakeIfFree { seat: seat() }, under_one_id()).await
    });
    are_seven(&told.await);
}

#[tokio::test]
async fn a_handler_that_awaits_gives_the_first_answer() {
    let told = told(|commands| async move {
        commands.send_with(TakeOutside { seat: seat() }, under_one_id()).await
    });
    are_seven(&told.await);
}

#[tokio::test]
async fn a_free_handler_that_would_refuse_gives_the_first_answer() {
    let told = told(|commands| async move {
        commands.send_with(TakeFreely { seat: seat() }, under_one_id()).await
    });
    are_seven(&told.await);
}

#[tokio::test]
async fn a_recorded_refusal_is_a_first_answer_too() {
    let told = told(|commands| async move {
        commands.send_with(TakeInVain { seat: seat() }, under_one_id()).await
    });
    for told in told.await {
        assert_eq!(told.unwrap_err().rejection(), Some(&SeatError::InVain));
    }
}
