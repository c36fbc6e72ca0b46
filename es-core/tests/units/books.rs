//! Random plans of nested commands, and the books that say what must come of them.

use std::collections::BTreeMap;

use es_core::prelude::*;

use super::domain::*;

/// One thing that a handler does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Step {
    /// Loads an account, and changes it.
    Move(String, i64),
    /// Loads an account only.
    Read(String),
    /// Sends an aggregate's own command.
    Send(String, i64),
    /// Sends a plan, and goes on whatever becomes of it.
    Plan(Plan),
}

/// A command whose handler does one thing after the other.
#[derive(Debug, Command, Clone, Serialize, Deserialize)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub fails: bool,
}

#[command_handler]
pub async fn carry_out(
    plan: Plan,
    accounts: Repository<Account>,
    commands: CommandGateway,
) -> Result<(), HandlerError<Overdrawn>> {
    for step in plan.steps {
        match step {
            Step::Move(account, amount) => {
                accounts.load(&account).await?.apply(Moved { amount });
            }
            Step::Read(account) => drop(accounts.load(&account).await?),
            Step::Send(account, amount) => {
                let deposit = Deposit { account, amount };
                commands.send(deposit).await.map_err(HandlerError::nested)?;
            }
            Step::Plan(inner) => {
                if let Err(error) = commands.send(inner).await
                    && !error.is_rejection()
                {
                    return Err(HandlerError::nested(error));
                }
            }
        }
        tokio::task::yield_now().await;
    }
    if plan.fails { Err(Overdrawn { missing: 0 }.into()) } else { Ok(()) }
}

/// Makes plans from a seed.
pub struct Planner(u64);

const ACCOUNTS: u64 = 5;

impl Planner {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    // SplitMix64, https://prng.di.unimi.it/splitmix64.c
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    /// True once in twenty times.
    pub fn is_unlucky(&mut self) -> bool {
        self.below(20) == 0
    }

    pub fn plan(&mut self, depth: u64) -> Plan {
        let steps = (0..=self.below(4)).map(|_| self.step(depth)).collect();
        Plan { steps, fails: self.below(4) == 0 }
    }

    fn step(&mut self, depth: u64) -> Step {
        let account = format!("account {}", self.below(ACCOUNTS));
        let amount = 1 + i64::try_from(self.below(10)).unwrap();
        match self.below(if depth == 0 { 3 } else { 5 }) {
            0 => Step::Move(account, amount),
            1 => Step::Read(account),
            2 => Step::Send(account, amount),
            _ => Step::Plan(self.plan(depth - 1)),
        }
    }
}

/// What every account must have in the end.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Books(pub BTreeMap<String, i64>);

impl Books {
    /// Enters an acknowledged plan: what a failed inner one did does not count.
    pub fn enter(&mut self, plan: &Plan) {
        for step in &plan.steps {
            match step {
                Step::Move(account, amount) | Step::Send(account, amount) => {
                    *self.0.entry(account.clone()).or_default() += amount;
                }
                Step::Plan(inner) if !inner.fails => self.enter(inner),
                Step::Plan(_) | Step::Read(_) => {}
            }
        }
    }
}

pub async fn read(app: &App) -> Books {
    let mut books = Books::default();
    for account in accounts() {
        let amount = super::balance(app, &account).await;
        if amount != 0 {
            books.0.insert(account, amount);
        }
    }
    books
}

pub fn accounts() -> impl Iterator<Item = String> {
    (0..ACCOUNTS).map(|number| format!("account {number}"))
}
