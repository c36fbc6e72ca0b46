//! An interceptor that panics: its command fails as with a handler that panics, and says which one
//! it was; nobody tries that again, and the next command works.

use es_core::command::{
    CommandError, CommandMessage, DispatchInterceptor, Dispatched, DomainError, Handled,
    HandlingInterceptor, Sending,
};
use es_core::future::BoxFuture;
use es_core::prelude::*;

use super::domain::*;
use super::handling::Deciding;
use super::nested::{PourIfPossible, coins, fill};
use super::per_aggregate::{Install, Ring, Till};
use super::whose_veto::RingEach;

/// Panics around the commands of one name, and counts how often.
struct Slipping {
    on_the_way_in: &'static str,
    on_the_way_out: &'static str,
    slipped: Notes,
}

const BOTH_WAYS: [[&str; 2]; 2] = [["PutIn", "-"], ["-", "PutIn"]];
const NAME: &str = "`interceptors::panics::Slipping`";

impl Slipping {
    fn around([on_the_way_in, on_the_way_out]: [&'static str; 2], slipped: &Notes) -> Self {
        Self { on_the_way_in, on_the_way_out, slipped: slipped.clone() }
    }

    fn slip(&self, name: &str, when: &str) {
        if name == when {
            self.slipped.add(name);
            panic!("slipped");
        }
    }
}

impl HandlingInterceptor for Slipping {
    fn before(&self, command: &CommandMessage<'_>, _: &mut Metadata) -> Result<(), Veto> {
        self.slip(command.name(), self.on_the_way_in);
        Ok(())
    }

    fn after(&self, command: &CommandMessage<'_>, _: Handled<'_>) -> Result<(), Veto> {
        self.slip(command.name(), self.on_the_way_out);
        Ok(())
    }
}

impl DispatchInterceptor for Slipping {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        // Not in the future: what is called may panic too.
        self.slip(sending.name(), self.on_the_way_in);
        Box::pin(async move {
            let dispatched = sending.proceed().await;
            self.slip(sending.name(), self.on_the_way_out);
            dispatched
        })
    }
}

/// What panicked, and the whole sentence.
fn panicked<E: DomainError>(error: &CommandError<E>) -> (String, String) {
    let CommandError::Panicked { who, message, .. } = error else { panic!("{error:?}") };
    assert!(message == "slipped" || message == "the till fell", "{message}");
    assert_eq!(error.kind(), "panicked");
    assert!(!error.is_retryable() && !error.is_rejection());
    (who.to_string(), error.to_string())
}

#[tokio::test]
async fn a_handling_interceptor_is_named_and_nothing_of_the_command_is_stored() {
    for ways in BOTH_WAYS {
        let slipped = Notes::default();
        let builder = App::test().with::<Purse>().dispatch_interceptor(at_once(4));
        let slipping = Slipping::around(ways, &slipped);
        let app = builder.handling_interceptor(slipping).start().await.unwrap();
        app.commands().send(open("a")).await.unwrap();
        let (who, said) = panicked(&app.commands().send(put_in(1)).await.unwrap_err());
        assert_eq!(who, format!("the handling interceptor {NAME}"));
        assert_eq!(said, format!("{who} panicked: slipped; nothing is stored"));
        assert_eq!(slipped.take(), ["PutIn"], "nobody tries it again");
        app.commands().send(CountIn { purse: "a".to_owned(), coins: 1 }).await.unwrap();
        let purse = app.repository::<Purse>().load(&"a".to_owned()).await.unwrap();
        assert_eq!((purse.coins, purse.version), (1, Sequence(1)));
    }
}

#[tokio::test]
async fn those_further_out_are_told_what_the_sender_is_told() {
    let (slipped, notes) = (Notes::default(), Notes::default());
    let app = App::test()
        .with::<Purse>()
        .dispatch_interceptor(Noting("sent", notes.clone()))
        .dispatch_interceptor(Slipping::around(["TakeOut", "-"], &slipped))
        .handling_interceptor(Deciding("decision", notes.clone()))
        .handling_interceptor(Slipping::around(["PutIn", "-"], &slipped));
    let app = app.start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    notes.take();
    let (_, said) = panicked(&app.commands().send(put_in(1)).await.unwrap_err());
    let left = format!("decision: {said}");
    let seen = ["sent: PutIn comes", "decision: before PutIn", &left, "sent: panicked"];
    assert_eq!(notes.take(), seen);
    panicked(&app.commands().send(take_out(0)).await.unwrap_err());
    assert_eq!(notes.take(), ["sent: TakeOut comes", "sent: panicked"]);
}

#[tokio::test]
async fn a_dispatch_interceptor_is_named_with_whether_it_had_sent_the_command_on() {
    let ends = ["; nothing is stored", ", after it sent the command on, which may be carried out"];
    for (ways, (end, coins)) in BOTH_WAYS.into_iter().zip(ends.into_iter().zip([0, 1])) {
        let slipped = Notes::default();
        let builder = App::test().with::<Purse>().dispatch_interceptor(at_once(4));
        let slipping = Slipping::around(ways, &slipped);
        let app = builder.dispatch_interceptor(slipping).start().await.unwrap();
        app.commands().send(open("a")).await.unwrap();
        let (who, said) = panicked(&app.commands().send(put_in(1)).await.unwrap_err());
        assert_eq!(who, format!("the dispatch interceptor {NAME}"));
        assert_eq!(said, format!("{who} panicked: slipped{end}"));
        assert_eq!(slipped.take(), ["PutIn"], "nobody tries it again");
        app.commands().send(CountIn { purse: "a".to_owned(), coins: 5 }).await.unwrap();
        let purse = app.repository::<Purse>().load(&"a".to_owned()).await.unwrap();
        assert_eq!(purse.coins, coins + 5);
    }
}

#[tokio::test]
async fn one_of_an_aggregate_is_named_with_its_method() {
    let app = App::test().with::<Till>().dispatch_interceptor(at_once(4)).start().await.unwrap();
    let till = || "one".to_owned();
    app.commands().send(Install { till: till() }).await.unwrap();
    let hard = || Dispatch::new().meta("shake", "hard");
    let ring = || Ring { till: till(), pence: 1 };
    let (who, said) = panicked(&app.commands().send_with(ring(), hard()).await.unwrap_err());
    assert_eq!(who, "the command interceptor `Till::unlocked`");
    assert_eq!(said, format!("{who} panicked: the till fell; nothing is stored"));
    app.commands().send(ring()).await.unwrap();
    let unlucky = Ring { till: till(), pence: 13 };
    let (who, _) = panicked(&app.commands().send(unlucky).await.unwrap_err());
    assert_eq!(who, "the command interceptor `Till::has_room`");
    app.commands().send(ring()).await.unwrap();
    assert_eq!(app.repository::<Till>().load(&till()).await.unwrap().pence, 2);
}

#[tokio::test]
async fn around_a_nested_command_it_is_that_commands_error_and_its_sender_may_go_on() {
    for ways in BOTH_WAYS {
        let slipped = Notes::default();
        let builder = App::test().with::<Purse>().dispatch_interceptor(at_once(4));
        let slipping = Slipping::around(ways.map(as_take_out), &slipped);
        let app = builder.handling_interceptor(slipping).start().await.unwrap();
        fill(&app).await;
        let error = app.commands().send(pour_of(2)).await.unwrap_err();
        assert!(!error.is_retryable() && !error.is_rejection());
        let CommandError::Nested { error: inner, .. } = &error else { panic!("{error:?}") };
        let (who, said) = panicked(inner);
        assert_eq!(who, format!("the handling interceptor {NAME}"));
        assert_eq!(error.to_string(), said);
        assert_eq!(slipped.take(), ["TakeOut"], "nobody tries it again");
        assert!(!app.commands().send(PourIfPossible(pour_of(2))).await.unwrap());
        assert_eq!(coins(&app).await, [5, 0]);
        app.commands().send(put_in(1)).await.unwrap();
    }
}

#[tokio::test]
async fn around_a_nested_command_a_dispatch_interceptor_is_named_too() {
    let slipped = Notes::default();
    let builder = App::test().with::<Purse>().dispatch_interceptor(at_once(4));
    let slipping = Slipping::around(["TakeOut", "-"], &slipped);
    let app = builder.dispatch_interceptor(slipping).start().await.unwrap();
    fill(&app).await;
    let error = app.commands().send(pour_of(2)).await.unwrap_err();
    let CommandError::Nested { error: inner, .. } = &error else { panic!("{error:?}") };
    let (who, said) = panicked(inner);
    assert_eq!(said, format!("{who} panicked: slipped; nothing is stored"));
    assert_eq!(slipped.take(), ["TakeOut"], "nobody tries it again");
    assert!(!app.commands().send(PourIfPossible(pour_of(2))).await.unwrap());
    app.commands().send(put_in(1)).await.unwrap();
    assert_eq!(coins(&app).await, [6, 0]);
}

#[tokio::test]
async fn one_of_an_aggregate_that_a_nested_command_meets_is_named() {
    let app = App::test().with::<Till>().propagate(["shake"]).start().await.unwrap();
    app.commands().send(Install { till: "one".to_owned() }).await.unwrap();
    let each = || RingEach { tills: vec!["one".to_owned()] };
    let hard = Dispatch::new().meta("shake", "hard");
    let error = app.commands().send_with(each(), hard).await.unwrap_err();
    let CommandError::Nested { error: inner, .. } = &error else { panic!("{error:?}") };
    assert_eq!(panicked(inner).0, "the command interceptor `Till::unlocked`");
    app.commands().send(each()).await.unwrap();
}

fn as_take_out(name: &'static str) -> &'static str {
    if name == "PutIn" { "TakeOut" } else { name }
}
