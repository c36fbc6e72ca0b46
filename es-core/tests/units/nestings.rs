//! Random nestings from several callers at once: nobody waits for ever, and the books balance.

use std::time::Duration;

use es_core::command::CommandError;
use es_core::store::MemoryLog;
use tokio::task::JoinSet;

use super::books::{Books, Plan, Planner, accounts, read};
use super::{app_on, open};

const SEEDS: u64 = 24;
const CALLERS: u64 = 6;
const PLANS: usize = 10;

async fn run(seed: u64) -> (Books, Books, usize) {
    let log = MemoryLog::new();
    let apps = [app_on(log.clone()).await, app_on(log).await];
    for account in accounts() {
        open(&apps[0], &account, 0).await;
    }
    let mut running = JoinSet::new();
    for caller in 0..CALLERS {
        let commands = apps[usize::from(caller % 3 == 0)].commands();
        let mut planner = Planner::new(seed * 1000 + caller);
        running.spawn(async move {
            let mut done: Vec<Plan> = Vec::new();
            for _ in 0..PLANS {
                let plan = planner.plan(3);
                match commands.send(plan.clone()).await {
                    Ok(()) => done.push(plan),
                    Err(CommandError::Rejected { .. }) => assert!(plan.fails),
                    Err(CommandError::Conflict { .. }) => {}
                    Err(error) => panic!("seed {seed}: {error}: {plan:?}"),
                }
            }
            done
        });
    }
    let done: Vec<Plan> = running.join_all().await.into_iter().flatten().collect();
    let mut expected = Books::default();
    done.iter().for_each(|plan| expected.enter(plan));
    (expected, read(&apps[0]).await, done.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn random_nestings_end_and_balance() {
    for seed in 0..SEEDS {
        // Far more than it takes: only a cycle of waiting gets there.
        let limit = Duration::from_secs(60);
        let ended = tokio::time::timeout(limit, run(seed)).await;
        let (expected, found, done) = ended.unwrap_or_else(|_| panic!("seed {seed} hangs"));
        assert_eq!(found, expected, "seed {seed}");
        assert!(done > 0, "seed {seed} did nothing");
    }
}

#[tokio::test]
async fn books_that_count_what_was_taken_back_do_not_balance() {
    // The planted bug: the plans' failures are forgotten when the books are kept.
    let app = app_on(MemoryLog::new()).await;
    for account in accounts() {
        open(&app, &account, 0).await;
    }
    let mut planner = Planner::new(7);
    let mut wrong = Books::default();
    for _ in 0..PLANS {
        let plan = planner.plan(3);
        if app.commands().send(plan.clone()).await.is_ok() {
            wrong.enter(&forgiven(plan));
        }
    }
    assert_ne!(read(&app).await, wrong);
}

fn forgiven(plan: Plan) -> Plan {
    let steps = plan.steps.into_iter().map(|step| match step {
        super::books::Step::Plan(inner) => super::books::Step::Plan(forgiven(inner)),
        step => step,
    });
    Plan { steps: steps.collect(), fails: false }
}
