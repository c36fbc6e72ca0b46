//! Where generated code finds what it names.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;

use crate::model::relocate;

/// The path of the core crate: `::es_core`, or what `crate = path` gave.
///
/// Generated code never writes a bare `Result`, `Option` or `Box`: the user may have types of these
/// names. It writes `::core::…`, or a path that starts here.
#[derive(Clone)]
pub(crate) struct Paths {
    given: Option<TokenStream>,
    place: Span,
}

impl Paths {
    /// Takes the path that the user gave, or the default.
    pub(crate) fn new(given: Option<&Path>) -> Self {
        Self { given: given.map(ToTokens::to_token_stream), place: Span::call_site() }
    }

    /// The same paths, for code that stands at another place of the source.
    ///
    /// rustc points at a place only if all of the code it complains about is there; a mixture makes
    /// it point at the attribute.
    pub(crate) fn at(&self, place: Span) -> Self {
        Self { given: self.given.clone(), place }
    }

    /// What only generated code names: `::es_core::__private`.
    pub(crate) fn private(&self) -> TokenStream {
        quote_spanned!(self.place=> #self::__private)
    }
}

impl ToTokens for Paths {
    fn to_tokens(&self, out: &mut TokenStream) {
        out.extend(match &self.given {
            Some(path) => relocate(path.clone(), self.place),
            None => quote_spanned!(self.place=> ::es_core),
        });
    }
}
