//! What is applied to a held guard, or to the own aggregate, while another command decides on a
//! boundary that it belongs to.

use std::sync::Arc;

use es_core::command::CommandError;
use es_core::prelude::*;
use tokio::sync::Notify;

use super::domain::*;
use super::{app, names, open};

/// How often "a" was moved.
#[derive(Debug, Default)]
struct Moves(usize);

#[boundary]
impl Moves {
    #[criteria]
    fn of(_: &CountMoves) -> Criteria {
        Criteria::tag("Account", "a")
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, _: &Moved) {
        self.0 += 1;
    }
}

/// Notes how often "a" was moved, and may move it itself.
#[derive(Command, Clone, Serialize, Deserialize)]
struct CountMoves {
    moves: bool,
}

#[command_handler]
async fn count_moves(
    command: CountMoves,
    moves: Boundary<Moves>,
    accounts: Repository<Account>,
    unit: UnitOfWork,
) -> Result<usize, HandlerError<Overdrawn>> {
    if command.moves {
        accounts.load(&"a".to_owned()).await?.apply(Moved { amount: 1 });
    }
    unit.publish(Noted { about: format!("{} moves before this", moves.0) });
    Ok(moves.0)
}

/// Has somebody count, so many commands deeper, and may refuse afterwards.
#[derive(Command, Clone, Serialize, Deserialize)]
struct CountThere {
    depth: u8,
    refuses: bool,
}

#[command_handler]
async fn count_there(
    command: CountThere,
    commands: CommandGateway,
) -> Result<usize, HandlerError<Overdrawn>> {
    let counted = match command.depth.checked_sub(1) {
        Some(depth) => commands.send(CountThere { depth, refuses: false }).await,
        None => commands.send(CountMoves { moves: false }).await,
    };
    let counted = counted.map_err(HandlerError::nested)?;
    if command.refuses { Err(Overdrawn { missing: 0 }.into()) } else { Ok(counted) }
}

/// Refuses itself, for what it saw.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct RefuseUnlessMoved;

#[boundary]
impl AnyMoves {
    #[criteria]
    fn of(_: &RefuseUnlessMoved) -> Criteria {
        Criteria::tag("Account", "a")
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, _: &Moved) {
        self.0 = true;
    }
}

/// Whether "a" was moved.
#[derive(Debug, Default)]
pub struct AnyMoves(bool);

#[command_handler]
pub fn refuse_unless_moved(
    _: RefuseUnlessMoved,
    moves: Boundary<AnyMoves>,
) -> Result<(), Overdrawn> {
    if moves.0 { Ok(()) } else { Err(Overdrawn { missing: 1 }) }
}

/// Decides on two boundaries, of which the second is the one that is looked at here.
#[derive(Command, Clone, Serialize, Deserialize)]
struct CountBoth;

#[boundary]
impl MovesOfB {
    #[criteria]
    fn of(_: &CountBoth) -> Criteria {
        Criteria::tag("Account", "b")
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, _: &Moved) {
        self.0 += 1;
    }
}

#[derive(Debug, Default)]
struct MovesOfB(usize);

#[boundary]
impl MovesOfA {
    #[criteria]
    fn of(_: &CountBoth) -> Criteria {
        Criteria::tag("Account", "a")
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, _: &Moved) {
        self.0 += 1;
    }
}

#[derive(Debug, Default)]
struct MovesOfA(usize);

#[command_handler]
fn count_both(
    _: CountBoth,
    b: Boundary<MovesOfB>,
    a: Boundary<MovesOfA>,
    unit: UnitOfWork,
) -> Result<usize, Overdrawn> {
    unit.publish(Noted { about: format!("{} and {} moves before this", b.0, a.0) });
    Ok(b.0 + a.0)
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Way {
    /// The guard is held while the other command decides.
    Holding,
    /// A command beside it holds the guard.
    HoldingBeside,
    Dropping,
    Afterwards,
    /// The other command moves it itself.
    MovingThere,
    /// The other command refuses, so many commands deeper, and this one goes on.
    Refused(u8),
    /// The one that decided is refused itself.
    RefusedItself,
    /// It belongs to the second boundary of those that the other command decides on.
    SecondOfTwo,
    /// As `Holding`, in a command that this one sends.
    Deeper,
}

/// Moves "a", and has somebody count.
#[derive(Command, Clone, Serialize, Deserialize)]
struct MoveAndCount {
    way: Way,
}

#[command_handler]
async fn move_and_count(
    command: MoveAndCount,
    commands: CommandGateway,
    accounts: Repository<Account>,
) -> Result<usize, HandlerError<Overdrawn>> {
    let (a, count) = ("a".to_owned(), CountMoves { moves: false });
    match command.way {
        Way::Holding => {
            let mut account = accounts.load(&a).await?;
            account.apply(Moved { amount: 1 });
            commands.send(count).await.map_err(HandlerError::nested)
        }
        Way::HoldingBeside => beside(&commands).await,
        Way::Dropping => {
            accounts.load(&a).await?.apply(Moved { amount: 1 });
            commands.send(count).await.map_err(HandlerError::nested)
        }
        Way::Afterwards => {
            let mut account = accounts.load(&"b".to_owned()).await?;
            account.apply(Moved { amount: 1 });
            let counted = commands.send(count).await.map_err(HandlerError::nested)?;
            accounts.load(&a).await?.apply(Moved { amount: 1 });
            Ok(counted)
        }
        Way::MovingThere => {
            commands.send(CountMoves { moves: true }).await.map_err(HandlerError::nested)
        }
        Way::Refused(depth) => {
            let mut account = accounts.load(&a).await?;
            account.apply(Moved { amount: 1 });
            let refused = commands.send(CountThere { depth, refuses: true }).await.unwrap_err();
            assert!(refused.is_rejection(), "{refused}");
            Ok(0)
        }
        Way::RefusedItself => {
            let mut account = accounts.load(&a).await?;
            account.apply(Moved { amount: 1 });
            let refused = commands.send(RefuseUnlessMoved).await.unwrap_err();
            assert!(refused.is_rejection(), "{refused}");
            Ok(0)
        }
        Way::SecondOfTwo => {
            let mut account = accounts.load(&a).await?;
            account.apply(Moved { amount: 1 });
            commands.send(CountBoth).await.map_err(HandlerError::nested)
        }
        Way::Deeper => {
            commands.send(MoveAndCount { way: Way::Holding }).await.map_err(HandlerError::nested)
        }
    }
}

/// Holds "a" until somebody has counted.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Hold {
    #[serde(skip)]
    has_moved: Arc<Notify>,
    #[serde(skip)]
    has_counted: Arc<Notify>,
}

#[command_handler]
async fn hold(command: Hold, accounts: Repository<Account>) -> Result<(), HandlerError<Overdrawn>> {
    let mut account = accounts.load(&"a".to_owned()).await?;
    account.apply(Moved { amount: 1 });
    command.has_moved.notify_one();
    command.has_counted.notified().await;
    Ok(())
}

async fn beside(commands: &CommandGateway) -> Result<usize, HandlerError<Overdrawn>> {
    let (has_moved, has_counted) = (Arc::<Notify>::default(), Arc::<Notify>::default());
    let hold = Hold { has_moved: Arc::clone(&has_moved), has_counted: Arc::clone(&has_counted) };
    let counting = async {
        has_moved.notified().await;
        let counted = commands.send(CountMoves { moves: false }).await;
        has_counted.notify_one();
        counted
    };
    let (held, counted) = tokio::join!(commands.send(hold), counting);
    held.map_err(HandlerError::nested)?;
    counted.map_err(HandlerError::nested)
}

/// Moves an account before, or after, somebody counts.
#[derive(Command, Clone, Serialize, Deserialize)]
struct MoveOwn {
    #[target]
    account: String,
    first: bool,
}

#[aggregate]
impl Account {
    #[command_handler]
    async fn move_own(
        account: &mut Root<Self>,
        command: MoveOwn,
        commands: CommandGateway,
    ) -> Result<usize, HandlerError<Overdrawn>> {
        if command.first {
            account.apply(Moved { amount: 1 });
        }
        let counted =
            commands.send(CountMoves { moves: false }).await.map_err(HandlerError::nested)?;
        if !command.first {
            account.apply(Moved { amount: 1 });
        }
        Ok(counted)
    }
}

async fn accounts() -> App {
    let app = app().await;
    open(&app, "a", 0).await;
    open(&app, "b", 0).await;
    app
}

async fn is_refused(app: &App, sent: Result<usize, CommandError<Overdrawn>>) {
    let error = sent.unwrap_err();
    let text = "`Moved` was applied to `Account a` before a command decided on a boundary";
    assert!(error.to_string().contains(text), "{error}");
    assert!(names(app).await.is_empty(), "nothing is stored");
    // The next command works, and is counted.
    assert_eq!(app.commands().send(MoveAndCount { way: Way::Dropping }).await.unwrap(), 1);
}

#[tokio::test]
async fn a_decision_is_not_stored_that_did_not_see_what_was_applied_before_it() {
    let refused = (0..3).map(Way::Refused);
    let ways =
        [Way::Holding, Way::HoldingBeside, Way::Deeper, Way::RefusedItself, Way::SecondOfTwo];
    for way in ways.into_iter().chain(refused) {
        let app = accounts().await;
        is_refused(&app, app.commands().send(MoveAndCount { way }).await).await;
    }
}

#[tokio::test]
async fn nor_one_that_did_not_see_what_the_sender_had_applied_to_itself() {
    let app = accounts().await;
    let own = |account: &str, first| MoveOwn { account: account.to_owned(), first };
    is_refused(&app, app.commands().send(own("a", true)).await).await;
    let app = accounts().await;
    assert_eq!(app.commands().send(own("a", false)).await.unwrap(), 0);
    assert_eq!(names(&app).await, ["Noted", "Moved"]);
    assert_eq!(app.commands().send(own("b", true)).await.unwrap(), 1);
    assert_eq!(names(&app).await, ["Noted", "Moved", "Moved", "Noted"], "another account");
}

#[tokio::test]
async fn what_is_given_to_the_unit_before_is_seen_and_what_comes_afterwards_need_not_be() {
    for (way, counted, stored) in [
        (Way::Dropping, 1, &["Moved", "Noted"] as &[&str]),
        (Way::Afterwards, 0, &["Moved", "Noted", "Moved"]),
        (Way::MovingThere, 0, &["Moved", "Noted"]),
    ] {
        let app = accounts().await;
        assert_eq!(app.commands().send(MoveAndCount { way }).await.unwrap(), counted);
        assert_eq!(names(&app).await, stored);
    }
}
