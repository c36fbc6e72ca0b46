use std::time::Duration;

use serde::Serialize;

use super::{COMMANDS_PER_ORDER, ORDERS_PER_STORE};
use crate::Failure;
use crate::order::{Order, add_item, cancel, create, order_id};
use crate::own_time::OwnTime;

/// The limit: handlers called directly on a live order, events encoded as JSON and kept.
#[derive(Debug, Default)]
pub struct Direct {
    log: Vec<Vec<u8>>,
}

impl Direct {
    /// Runs the commands of one order.
    ///
    /// # Errors
    /// When a rule refuses or an event cannot be encoded, neither of which happens.
    pub fn run_order(&mut self, number: u64) -> Result<(), Failure> {
        let id = order_id(number);
        let created = Order::create(create(&id));
        let mut order = Order::on_created(&created);
        self.store(&created)?;
        for line in 0..10 {
            let added = order.add_item(add_item(&id, line))?;
            order.on_item_added(&added);
            self.store(&added)?;
        }
        let cancelled = order.cancel(cancel(&id))?;
        order.on_cancelled(&cancelled);
        self.store(&cancelled)
    }

    fn store(&mut self, event: &impl Serialize) -> Result<(), Failure> {
        let mut payload = Vec::with_capacity(128);
        serde_json::to_writer(&mut payload, event)?;
        self.log.push(payload);
        Ok(())
    }
}

/// Runs orders for `turn` and returns commands per second of processor time.
pub(super) fn turn(turn: Duration) -> Result<f64, Failure> {
    let time = OwnTime::start();
    let mut orders = 0;
    while time.wall() < turn {
        let mut direct = Direct::default();
        for number in 0..ORDERS_PER_STORE {
            direct.run_order(number)?;
        }
        orders += ORDERS_PER_STORE;
    }
    Ok((orders * COMMANDS_PER_ORDER) as f64 / time.seconds())
}
