//! Handlers of members take what all handlers take, and work within units like them.

use std::convert::Infallible;
use std::sync::Arc;

use es_core::command::CommandError;
use es_core::prelude::*;
use es_core::store::MemoryLog;

use super::domain::*;
use super::{app, app_on, balance, builder, names, open};

#[derive(Command, Clone, Serialize, Deserialize)]
struct FillWallet {
    #[target]
    wallet: String,
    cards: Vec<u8>,
}

#[derive(Event, Clone, Serialize, Deserialize)]
struct WalletFilled {
    wallet: String,
    cards: Vec<u8>,
}

#[derive(Event, Clone, Serialize, Deserialize)]
struct CardUsed {
    card: u8,
}

/// Cards, all of which pay from the account `a`.
#[aggregate]
struct Wallet {
    #[aggregate_identifier]
    wallet: String,
    #[member]
    cards: Vec<Card>,
}

#[aggregate(member_events(CardUsed))]
impl Wallet {
    #[command_handler]
    fn fill(command: FillWallet) -> WalletFilled {
        WalletFilled { wallet: command.wallet, cards: command.cards }
    }

    #[event_sourcing_handler]
    fn on_filled(event: &WalletFilled) -> Self {
        let cards = event.cards.iter().map(|card| Card { card: *card, used: 0 }).collect();
        Self { wallet: event.wallet.clone(), cards }
    }
}

/// Pays with the account at hand.
#[derive(Command, Clone, Serialize, Deserialize)]
struct PayByCard {
    #[target]
    wallet: String,
    #[target_version]
    seen: Option<Sequence>,
    card: u8,
    amount: i64,
}

/// Pays by a command to the account.
#[derive(Command, Clone, Serialize, Deserialize)]
struct PayByPhone {
    #[target]
    wallet: String,
    card: u8,
    amount: i64,
}

/// Pays once the bank has answered.
#[derive(Command, Clone, Serialize, Deserialize)]
struct PayAtTill {
    #[target]
    wallet: String,
    card: u8,
}

/// The same for a handler that says that the bank may be asked again.
#[derive(Command, Clone, Serialize, Deserialize)]
struct PayAtTillAgain {
    #[target]
    wallet: String,
    card: u8,
}

#[aggregate_member(of = Wallet, key = card)]
struct Card {
    card: u8,
    used: u32,
}

#[aggregate_member(of = Wallet, key = card)]
impl Card {
    #[command_handler]
    async fn pay(
        card: &mut MemberRoot<Self>,
        command: PayByCard,
        accounts: Repository<Account>,
        unit: UnitOfWork,
    ) -> Result<u32, HandlerError<Overdrawn>> {
        card.apply(CardUsed { card: command.card });
        let mut account = accounts.load(&a()).await?;
        account.apply(Moved { amount: -command.amount });
        if account.balance < 0 {
            return Err(Overdrawn { missing: -account.balance }.into());
        }
        unit.publish(Noted { about: card.used.to_string() });
        Ok(card.used)
    }

    #[command_handler]
    async fn pay_by_phone(
        &self,
        command: PayByPhone,
        commands: CommandGateway,
    ) -> Result<CardUsed, HandlerError<Overdrawn>> {
        let withdraw = Withdraw { account: a(), amount: command.amount };
        commands.send(withdraw).await.map_err(HandlerError::nested)?;
        Ok(CardUsed { card: command.card })
    }

    #[command_handler]
    async fn pay_at_till(&self, command: PayAtTill, bank: Inject<dyn Pause>) -> CardUsed {
        bank.pause().await;
        CardUsed { card: command.card }
    }

    #[command_handler(retry)]
    async fn pay_at_till_again(
        card: &mut MemberRoot<Self>,
        command: PayAtTillAgain,
        bank: Inject<dyn Pause>,
    ) -> Result<u32, Infallible> {
        bank.pause().await;
        card.apply(CardUsed { card: command.card });
        Ok(card.used)
    }

    #[event_sourcing_handler]
    fn on_used(&mut self, _: &CardUsed) {
        self.used += 1;
    }
}

/// Pays with one card after the other, and tells which ones could.
#[derive(Command, Clone, Serialize, Deserialize)]
struct PayWithAll(Vec<PayByCard>);

#[command_handler]
async fn pay_with_all(
    command: PayWithAll,
    commands: CommandGateway,
) -> Result<Vec<Result<u32, String>>, HandlerError<Overdrawn>> {
    let mut said = Vec::new();
    for pay in command.0 {
        let paid = commands.send(pay).await;
        said.push(paid.map_err(|error| error.kind().to_owned()));
    }
    Ok(said)
}

fn wallet() -> String {
    "w".to_owned()
}

fn pay(card: u8, amount: i64) -> PayByCard {
    PayByCard { wallet: wallet(), seen: None, card, amount }
}

/// An account of 10 and two cards.
async fn fill(app: &App) {
    open(app, "a", 10).await;
    app.commands().send(FillWallet { wallet: wallet(), cards: vec![1, 2] }).await.unwrap();
}

/// How often each card was used.
async fn used(app: &App) -> Vec<u32> {
    let wallet = app.repository::<Wallet>().load(&wallet()).await.unwrap();
    wallet.cards.iter().map(|card| card.used).collect()
}

#[tokio::test]
async fn what_one_changes_elsewhere_is_stored_with_its_own_events_or_not_at_all() {
    let app = app().await;
    fill(&app).await;
    let commands = app.commands();
    assert_eq!(commands.send(pay(2, 4)).await.unwrap(), 1);
    assert_eq!(names(&app).await, ["WalletFilled", "CardUsed", "Moved", "Noted"]);
    let by_phone = |amount| PayByPhone { wallet: wallet(), card: 1, amount };
    commands.send(by_phone(5)).await.unwrap();
    assert_eq!(names(&app).await[4..], ["Moved", "CardUsed"]);
    let refused = [
        commands.send(pay(1, 2)).await.map(drop).unwrap_err(),
        commands.send(by_phone(2)).await.unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.rejection(), Some(&Overdrawn { missing: 1 }));
    }
    assert_eq!(names(&app).await.len(), 6);
    assert_eq!(commands.send(pay(1, 1)).await.unwrap(), 2, "its state is what the log says");
    assert_eq!((balance(&app, "a").await, used(&app).await), (0, vec![2, 1]));
}

#[tokio::test]
async fn within_a_unit_each_sees_what_was_done_before_and_fails_alone() {
    let app = app().await;
    fill(&app).await;
    let late = PayByCard { seen: Some(Sequence(0)), ..pay(1, 1) };
    let all = vec![pay(1, 4), pay(1, 7), pay(3, 1), late.clone(), pay(1, 5), pay(2, 1)];
    let said = app.commands().send(PayWithAll(all)).await.unwrap();
    let said: Vec<_> = said.iter().map(|it| it.as_ref().map_err(String::as_str)).collect();
    let expected =
        [Ok(&1), Err("rejected"), Err("member_not_found"), Err("version_mismatch"), Ok(&2), Ok(&1)];
    assert_eq!(said, expected);
    let once = ["CardUsed", "Moved", "Noted"];
    assert_eq!(names(&app).await[1..], [once, once, once].concat());
    assert_eq!((balance(&app, "a").await, used(&app).await), (0, vec![2, 1]));
    let error = app.commands().send(late).await.unwrap_err();
    assert!(matches!(error, CommandError::VersionMismatch { .. }), "from outside too: {error}");
    let current = PayByCard { seen: Some(Sequence(3)), ..pay(1, 0) };
    assert_eq!(app.commands().send(current).await.unwrap(), 3);
}

#[tokio::test]
async fn an_effect_of_one_is_repeated_only_where_it_allows_it() {
    let (log, pause) = (MemoryLog::new(), ManualPause::new());
    let app = builder(&pause, &Arc::default()).store(log.clone()).start().await.unwrap();
    let other = app_on(log).await;
    fill(&other).await;
    let commands = app.commands();
    let till = PayAtTill { wallet: wallet(), card: 1 };
    let paying = tokio::spawn(async move { commands.send(till).await });
    pause.until_asked().await;
    other.commands().send(pay(2, 1)).await.unwrap();
    pause.go.add_permits(1);
    let error = paying.await.unwrap().unwrap_err();
    assert!(matches!(error, CommandError::Conflict { attempts: 1, .. }), "{error}");
    let commands = app.commands();
    let till = PayAtTillAgain { wallet: wallet(), card: 1 };
    let paying = tokio::spawn(async move { commands.send(till).await });
    pause.until_asked().await;
    other.commands().send(pay(1, 1)).await.unwrap();
    pause.go.add_permits(2);
    assert_eq!(paying.await.unwrap().unwrap(), 2, "decided again on what the other one did");
    assert_eq!(pause.asked.available_permits(), 1, "the bank was asked again, once");
    assert_eq!(used(&app).await, [2, 1]);
}
