//! Where the columns of the export are.

use csv::StringRecord;

const NAMES: [&str; 8] = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
];

/// The places of the eight columns, found by their names in the file's first line.
#[derive(Debug, Clone)]
pub struct Columns {
    places: [usize; 8],
    width: usize,
}

/// What is wrong with a header line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    /// It does not name this column.
    #[error("there is no column `{0}`")]
    Missing(&'static str),
    /// It names this column more than once.
    #[error("there are two columns `{0}`")]
    Twice(&'static str),
}

impl Columns {
    /// Finds the columns in a header line, in any order.
    ///
    /// # Errors
    /// [`ColumnError`] with the name of the first column that is missing or stands there twice.
    pub fn find(header: &StringRecord) -> Result<Self, ColumnError> {
        let mut places = [0; 8];
        for (place, name) in places.iter_mut().zip(NAMES) {
            // Spreadsheets start an export with a byte order mark.
            let is_it = |field: &str| field.trim_start_matches('\u{feff}') == name;
            let mut found = header.iter().enumerate().filter(|(_, field)| is_it(field));
            *place = found.next().ok_or(ColumnError::Missing(name))?.0;
            if found.next().is_some() {
                return Err(ColumnError::Twice(name));
            }
        }
        Ok(Self { places, width: header.len() })
    }

    /// Names what stands between the columns of a header line in the place of commas.
    pub(super) fn other_separator(header: &StringRecord) -> Option<&'static str> {
        let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")];
        let is_between = |separator| {
            let mut fields = header.iter().flat_map(|field| field.split(separator));
            header.iter().any(|field| field.contains(separator))
                && fields.any(|field| NAMES.contains(&field.trim_start_matches('\u{feff}')))
        };
        separators.into_iter().find(|(it, _)| is_between(*it)).map(|(_, name)| name)
    }

    /// Returns how many fields a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Picks the eight fields of a row in the order of the names, missing ones as empty text.
    pub(super) fn pick<'r>(&self, record: &'r StringRecord) -> [&'r str; 8] {
        self.places.map(|place| record.get(place).unwrap_or_default())
    }
}
