use serde::{Deserialize, Serialize};

use crate::{money::Money, order::Sale};

/// Counts and exact sums of orders and credit notes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// How many orders were confirmed and not cancelled afterwards.
    pub orders: u64,
    /// How many lines they have.
    pub order_lines: u64,
    /// What they are worth.
    pub revenue: Money,
    /// How many credit notes were issued.
    pub credit_notes: u64,
    /// How many lines they have.
    pub credit_lines: u64,
    /// What they are worth, below zero.
    pub credits: Money,
}

impl Totals {
    /// Returns revenue and credits together.
    #[must_use]
    pub fn net(&self) -> Money {
        self.revenue + self.credits
    }

    pub(super) fn add_order(&mut self, sale: &Sale) {
        self.orders += 1;
        self.order_lines += u64::from(sale.lines);
        self.revenue += sale.total;
    }

    pub(super) fn take_back_order(&mut self, sale: &Sale) {
        self.orders = self.orders.saturating_sub(1);
        self.order_lines = self.order_lines.saturating_sub(u64::from(sale.lines));
        self.revenue -= sale.total;
    }

    pub(super) fn add_credit(&mut self, amount: Money) {
        self.credit_lines += 1;
        self.credits += amount;
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.order_lines += other.order_lines;
        self.revenue += other.revenue;
        self.credit_notes += other.credit_notes;
        self.credit_lines += other.credit_lines;
        self.credits += other.credits;
    }
}
