use std::time::Duration;

use es_core::app::App;
use es_core::command::CommandGateway;
use tokio::runtime::Runtime;

use super::{COMMANDS_PER_ORDER, ORDERS_PER_STORE};
use crate::Failure;
use crate::order::{Order, add_item, cancel, create, order_id};
use crate::own_time::OwnTime;

/// es, with its log in memory.
pub struct Framework {
    runtime: Runtime,
    app: App,
}

impl Framework {
    /// Starts an application that has orders.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start() -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let app = runtime.block_on(App::test().only::<Order>().start())?;
        Ok(Self { runtime, app })
    }

    /// Runs the commands of the orders with these numbers.
    ///
    /// # Errors
    /// When a command fails.
    pub fn run_orders(&self, numbers: std::ops::Range<u64>) -> Result<(), Failure> {
        let commands = self.app.commands();
        self.runtime.block_on(async {
            for number in numbers {
                run_order(&commands, number).await?;
            }
            Ok(())
        })
    }
}

async fn run_order(commands: &CommandGateway, number: u64) -> Result<(), Failure> {
    let id = order_id(number);
    commands.send(create(&id)).await?;
    for line in 0..10 {
        commands.send(add_item(&id, line)).await?;
    }
    commands.send(cancel(&id)).await?;
    Ok(())
}

/// Runs orders for `turn` and returns commands per second of processor time.
pub(super) fn turn(turn: Duration) -> Result<f64, Failure> {
    let time = OwnTime::start();
    let mut orders = 0;
    while time.wall() < turn {
        Framework::start()?.run_orders(0..ORDERS_PER_STORE)?;
        orders += ORDERS_PER_STORE;
    }
    Ok((orders * COMMANDS_PER_ORDER) as f64 / time.seconds())
}
