//! One row of the export, understood.

use es_core::event::Timestamp;
use jiff::{civil::DateTime, tz::TimeZone};
use rust_decimal::Decimal;

use super::{Columns, Rejected};
use crate::item::Item;

/// What a row's number says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An item that was sold: a line of an order.
    Sale,
    /// An item that was given back: a line of a credit note.
    Credit,
}

/// A row that can be imported; the texts are lent by the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'r> {
    /// Whether the row is a sale or a credit.
    pub kind: Kind,
    /// The number of the order or of the credit note.
    pub number: &'r str,
    /// When it happened; the file says no zone, it is read as UTC.
    pub at: Timestamp,
    /// Who bought, where that is known.
    pub customer: Option<&'r str>,
    /// Where the customer lives.
    pub country: &'r str,
    product: &'r str,
    description: &'r str,
    quantity: u32,
    unit_price: Decimal,
}

impl<'r> Line<'r> {
    /// Reads one row.
    ///
    /// # Errors
    /// [`Rejected`] says why the row is neither a sale nor a credit.
    pub fn read(columns: &Columns, record: &'r csv::StringRecord) -> Result<Self, Rejected> {
        if record.len() != columns.width() {
            let (found, expected) = (record.len(), columns.width());
            return Err(Rejected::Fields { found, expected });
        }
        let [number, product, description, quantity, date, price, customer, country] =
            columns.pick(record);
        let kind = kind_of(number).ok_or_else(|| Rejected::Number(number.to_owned()))?;
        Ok(Self {
            kind,
            number,
            at: time_of(date)?,
            customer: Some(customer).filter(|customer| !customer.is_empty()),
            country,
            product,
            description,
            quantity: quantity_of(kind, quantity)?,
            unit_price: price_of(price)?,
        })
    }

    /// Returns what was sold or given back, the quantity always above zero.
    #[must_use]
    pub fn item(&self) -> Item {
        Item {
            product: self.product.to_owned(),
            description: self.description.to_owned(),
            quantity: self.quantity,
            unit_price: self.unit_price,
        }
    }
}

fn kind_of(number: &str) -> Option<Kind> {
    let (kind, digits) = match number.strip_prefix('C') {
        Some(digits) => (Kind::Credit, digits),
        None => (Kind::Sale, number),
    };
    // An id has at most 255 bytes; a longer run of digits is no invoice number.
    let is_number = !digits.is_empty() && number.len() <= 255;
    (is_number && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(kind)
}

fn quantity_of(kind: Kind, text: &str) -> Result<u32, Rejected> {
    let found: i64 = text.parse().map_err(|_| Rejected::Quantity(text.to_owned()))?;
    let magnitude = match kind {
        Kind::Sale if found > 0 => found.unsigned_abs(),
        Kind::Credit if found < 0 => found.unsigned_abs(),
        Kind::Sale => return Err(Rejected::Sign { what: "a sale", must: "above 0", found }),
        Kind::Credit => return Err(Rejected::Sign { what: "a credit", must: "below 0", found }),
    };
    u32::try_from(magnitude).map_err(|_| Rejected::TooMany(found))
}

fn price_of(text: &str) -> Result<Decimal, Rejected> {
    let price = Decimal::from_str_exact(text).map_err(|_| Rejected::Price(text.to_owned()))?;
    if price > Decimal::ZERO { Ok(price) } else { Err(Rejected::NoPrice(text.to_owned())) }
}

fn time_of(text: &str) -> Result<Timestamp, Rejected> {
    let rejected = |_| Rejected::Date(text.to_owned());
    let local: DateTime = text.parse().map_err(rejected)?;
    TimeZone::UTC.to_timestamp(local).map(Timestamp::from).map_err(rejected)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use super::{Kind, Line};
    use crate::retail::{Columns, Rejected};
    use csv::StringRecord;

    fn columns() -> Columns {
        let header =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
        Columns::find(&header.split(',').collect::<StringRecord>()).unwrap()
    }

    fn row(fields: [&str; 4]) -> StringRecord {
        let [number, quantity, date, price] = fields;
        StringRecord::from(vec![number, "1", "PEN", quantity, date, price, "", "EIRE"])
    }

    fn rejected(fields: [&str; 4]) -> Rejected {
        Line::read(&columns(), &row(fields)).unwrap_err()
    }

    const DATE: &str = "2010-12-01T08:26:00";

    #[test]
    fn digits_and_a_positive_quantity_are_a_sale() {
        let record = row(["536365", "6", DATE, "2.55"]);
        let line = Line::read(&columns(), &record).unwrap();
        assert_eq!((line.kind, line.number, line.customer), (Kind::Sale, "536365", None));
        assert_eq!(line.at.to_string(), "2010-12-01T08:26:00Z");
        assert_eq!(line.item().amount().unwrap().to_string(), "15.30");
    }

    #[test]
    fn a_c_and_a_negative_quantity_are_a_credit() {
        let record = row(["C536379", "-1", DATE, "27.50"]);
        let line = Line::read(&columns(), &record).unwrap();
        assert_eq!((line.kind, line.item().quantity), (Kind::Credit, 1));
    }

    #[test]
    fn everything_else_is_rejected_with_its_reason() {
        for number in ["", "C", "A563185", "12-3", "c12", "１２"] {
            assert_eq!(rejected([number, "1", DATE, "1"]), Rejected::Number(number.to_owned()));
        }
        let sale = Rejected::Sign { what: "a sale", must: "above 0", found: -3 };
        assert_eq!(rejected(["1", "-3", DATE, "1"]), sale);
        let credit = Rejected::Sign { what: "a credit", must: "below 0", found: 0 };
        assert_eq!(rejected(["C1", "0", DATE, "1"]), credit);
        assert_eq!(rejected(["1", "1.5", DATE, "1"]), Rejected::Quantity("1.5".into()));
        assert_eq!(rejected(["1", "4294967296", DATE, "1"]), Rejected::TooMany(4_294_967_296));
        let beyond = "9".repeat(40);
        assert_eq!(rejected(["1", &beyond, DATE, "1"]), Rejected::Quantity(beyond.clone()));
        assert_eq!(rejected(["1", "1", DATE, "0.0"]), Rejected::NoPrice("0.0".into()));
        assert_eq!(rejected(["1", "1", DATE, "-2"]), Rejected::NoPrice("-2".into()));
        assert_eq!(rejected(["1", "1", DATE, "£2"]), Rejected::Price("£2".into()));
        assert_eq!(rejected(["1", "1", "01/12/2010", "1"]), Rejected::Date("01/12/2010".into()));
    }

    #[test]
    fn a_row_that_lacks_fields_is_rejected() {
        let record = StringRecord::from(vec!["1", "2"]);
        let reason = Line::read(&columns(), &record).unwrap_err();
        assert_eq!(reason, Rejected::Fields { found: 2, expected: 8 });
    }
}
