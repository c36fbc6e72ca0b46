//! The law: whatever happened, a load with snapshots is a full replay.

use es_core::store::MemoryLog;
use proptest::prelude::*;

use super::domain::*;
use super::gate::Bug;
use super::*;

#[derive(Debug, Clone)]
enum Step {
    Pay(Vec<i64>),
    EndYear,
    Refuse,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec(-9_i64..100, 0..8).prop_map(Step::Pay),
        1 => Just(Step::EndYear),
        1 => Just(Step::Refuse),
    ]
}

/// Commands sent before any of them is answered, and what becomes of the first commits.
#[derive(Debug, Clone)]
struct Rush {
    steps: Vec<Step>,
    commits: Vec<bool>,
    /// After how many commands the gate opens.
    opens_after: usize,
}

fn rush() -> impl Strategy<Value = Rush> {
    let steps = prop::collection::vec(step(), 1..10);
    let commits = prop::collection::vec(prop::bool::weighted(0.7), 0..10);
    (steps, commits, 0_usize..10).prop_map(|(steps, commits, opens_after)| Rush {
        steps,
        commits,
        opens_after,
    })
}

/// The state after every event, from the first one on; a history uses no snapshots.
async fn replayed(app: &App) -> Vec<Account> {
    let mut history = app.repository::<Account>().history(&id()).unwrap();
    let mut states = vec![];
    while let Some(step) = history.next().await.unwrap() {
        states.push(step.state.clone());
    }
    states
}

/// Compares every version that a load gives with the full replay.
pub async fn is_the_replay(log: &Arc<ObservedLog>) -> Result<(), TestCaseError> {
    let app = app_on(log).await;
    let states = replayed(&app).await;
    let accounts = app.repository::<Account>();
    for (sequence, expected) in states.iter().enumerate() {
        let loaded = accounts.load_at(&id(), Sequence(sequence as u64)).await.unwrap();
        prop_assert_eq!(&*loaded, expected);
    }
    let last = accounts.load(&id()).await.unwrap();
    prop_assert_eq!(Some(&*last), states.last());
    let version = states.len() as u64 - 1;
    prop_assert_eq!(last.version, Sequence(version));
    // And what a command is decided on.
    app.commands().send(pay(&[1])).await.unwrap();
    let last = app.repository::<Account>().load_at(&id(), Sequence(version)).await.unwrap();
    prop_assert_eq!(Some(&*last), states.last());
    Ok(())
}

async fn send(app: &App, step: Step) {
    let commands = app.commands();
    match step {
        Step::Pay(amounts) => commands.send(pay(&amounts)).await.map_or((), drop),
        Step::EndYear => commands.send(EndYear { id: id() }).await.map_or((), drop),
        Step::Refuse => assert!(commands.send(Refuse { id: id() }).await.is_err()),
    }
}

async fn rush_through(log: &MemoryLog, rush: Rush) {
    let (gated, gate) = ObservedLog::gated(log.clone(), Bug::None);
    let app = Arc::new(app_on(&gated).await);
    let mut running = tokio::task::JoinSet::new();
    let mut commits = rush.commits.into_iter();
    for (sent, step) in rush.steps.into_iter().enumerate() {
        let app = Arc::clone(&app);
        running.spawn(async move { send(&app, step).await });
        tokio::task::yield_now().await;
        if sent >= rush.opens_after
            && let Some(is_committed) = commits.next()
        {
            gate.next(is_committed);
        }
    }
    commits.for_each(|is_committed| gate.next(is_committed));
    gate.commit(1_000);
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn of_every_prefix_of_a_history(steps in prop::collection::vec(step(), 1..12)) {
        run(async {
            let (app, log) = app().await;
            app.commands().send(open()).await.unwrap();
            for step in steps {
                send(&app, step).await;
                let fresh = app_on(&log).await;
                let states = replayed(&fresh).await;
                let loaded = fresh.repository::<Account>().load(&id()).await.unwrap();
                prop_assert_eq!(Some(&*loaded), states.last());
            }
            is_the_replay(&log).await
        })?;
    }

    #[test]
    fn after_commands_in_flight_and_failed_commits(rushes in prop::collection::vec(rush(), 1..5)) {
        run(async {
            let log = MemoryLog::new();
            let app = app_on(&ObservedLog::over(log.clone())).await;
            app.commands().send(open()).await.unwrap();
            for rush in rushes {
                rush_through(&log, rush).await;
                is_the_replay(&ObservedLog::over(log.clone())).await?;
            }
            Ok::<_, TestCaseError>(())
        })?;
    }
}
