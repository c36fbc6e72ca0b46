//! One row of the export, understood.

use es_core::event::Timestamp;
use jiff::{civil::DateTime, tz::TimeZone};

use super::{Columns, Rejected};
use crate::{
    country::Country,
    customer::CustomerName,
    item::{Item, Quantity},
    money::Money,
};

/// What a row's number says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An item that was sold: a line of an order.
    Sale,
    /// An item that was given back: a line of a credit note.
    Credit,
}

/// A row that can be imported: whatever makes one item unfit to be sold or given back has been
/// found before the first command is sent, so no order is opened for an item that it then refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'r> {
    /// Whether the row is a sale or a credit.
    pub kind: Kind,
    /// The number of the order or of the credit note.
    pub number: &'r str,
    /// When it happened; the file says no zone, it is read as UTC.
    pub at: Timestamp,
    /// Who bought, where that is known.
    pub customer: Option<CustomerName>,
    /// Where the customer lives.
    pub country: Country,
    /// What was sold or given back, the quantity always above zero.
    pub item: Item,
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
        let item = Item {
            product: product.parse()?,
            description: description.parse()?,
            quantity: quantity_of(kind, quantity)?,
            unit_price: price.parse()?,
        };
        item.added_to(Money::ZERO)?;
        let known = Some(customer).filter(|customer| !customer.trim().is_empty());
        let customer = known.map(str::parse).transpose()?;
        Ok(Self { kind, number, at: time_of(date)?, customer, country: country.parse()?, item })
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

fn quantity_of(kind: Kind, text: &str) -> Result<Quantity, Rejected> {
    let found: i64 = text.parse().map_err(|_| Rejected::Quantity(text.to_owned()))?;
    let magnitude = match kind {
        Kind::Sale if found > 0 => found.unsigned_abs(),
        Kind::Credit if found < 0 => found.unsigned_abs(),
        Kind::Sale => return Err(Rejected::Sign { what: "a sale", must: "above 0", found }),
        Kind::Credit => return Err(Rejected::Sign { what: "a credit", must: "below 0", found }),
    };
    let quantity = u32::try_from(magnitude).ok().map(Quantity::try_from);
    quantity.and_then(Result::ok).ok_or(Rejected::TooMany(found))
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
        assert_eq!((line.kind, line.number, &line.customer), (Kind::Sale, "536365", &None));
        assert_eq!(line.at.to_string(), "2010-12-01T08:26:00Z");
        assert_eq!(line.item.amount().to_string(), "15.30");
    }

    #[test]
    fn a_c_and_a_negative_quantity_are_a_credit() {
        let record = row(["C536379", "-1", DATE, "27.50"]);
        let line = Line::read(&columns(), &record).unwrap();
        assert_eq!((line.kind, line.item.quantity.get()), (Kind::Credit, 1));
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
        assert_eq!(rejected(["1", "1", "01/12/2010", "1"]), Rejected::Date("01/12/2010".into()));
    }

    #[test]
    fn an_item_that_no_order_would_take_is_rejected_in_the_words_of_the_domain() {
        let told = |quantity, price| rejected(["1", quantity, DATE, price]).to_string();
        assert_eq!(told("1", "0.0"), "the price `0.0` is not above zero");
        assert_eq!(told("1", "-2"), "the price `-2` is not above zero");
        assert_eq!(told("1", "£2"), "`£2` is no price; write it in pounds like 2.50");
        assert_eq!(told("1", ""), "`` is no price; write it in pounds like 2.50");
        assert_eq!(told("1", "1.23456"), "the price `1.23456` has more than 4 decimals");
        let large = "the amount is larger than 1000000000000000.00; check quantity and price";
        assert_eq!(told("4294967295", "999999999999999"), large);
    }

    #[test]
    fn a_text_that_the_domain_does_not_keep_is_rejected() {
        let told = |product: &str, description: &str, customer: &str, country: &str| {
            let fields = ["1", product, description, "1", DATE, "1", customer, country];
            Line::read(&columns(), &StringRecord::from(fields.to_vec())).unwrap_err().to_string()
        };
        assert_eq!(told(" ", "PEN", "", "EIRE"), "the product code is blank");
        assert_eq!(told("A", "PEN", "", ""), "the country is blank");
        let long = "x".repeat(1_001);
        let told_long = "the description has 1001 characters; the limit is 1000";
        assert_eq!(told("A", &long, "", "EIRE"), told_long);
        let told_long = "the customer's name has 1001 characters; the limit is 200";
        assert_eq!(told("A", "PEN", &long, "EIRE"), told_long);
    }

    #[test]
    fn a_row_that_lacks_fields_is_rejected() {
        let record = StringRecord::from(vec!["1", "2"]);
        let reason = Line::read(&columns(), &record).unwrap_err();
        assert_eq!(reason, Rejected::Fields { found: 2, expected: 8 });
    }
}
