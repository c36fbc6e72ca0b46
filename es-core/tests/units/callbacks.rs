//! What runs once a unit of work is durable.

use std::sync::Arc;

use es_core::prelude::*;

use super::domain::*;
use super::{balance, builder, open};

async fn told_app() -> (App, Arc<Told>) {
    let told = Arc::new(Told::default());
    let app = builder(&ManualPause::new(), &told).start().await.unwrap();
    open(&app, "a", 0).await;
    (app, told)
}

#[tokio::test]
async fn callbacks_run_once_and_before_the_reply() {
    let (app, told) = told_app().await;
    let tell = Tell { account: "a".to_owned(), amount: 1, fails: false };
    app.commands().send(tell).await.unwrap();
    assert_eq!(*told.lock().unwrap(), ["outer", "outer"], "the outer's and the inner's");
}

#[tokio::test]
async fn callbacks_of_what_failed_do_not_run() {
    let (app, told) = told_app().await;
    let tell = |account: &str, fails| Tell { account: account.to_owned(), amount: 1, fails };
    app.commands().send(tell("nobody", false)).await.unwrap_err();
    assert!(told.lock().unwrap().is_empty());
    app.commands().send(tell("a", true)).await.unwrap();
    assert_eq!(*told.lock().unwrap(), ["outer"], "the inner command failed");
    assert_eq!(balance(&app, "a").await, 1);
}

#[tokio::test]
async fn a_panic_in_a_callback_fails_nobody() {
    let (app, _) = told_app().await;
    let misuse = Misuse(vec!["panic in a callback".to_owned()]);
    app.commands().send(misuse).await.unwrap();
}
