# SPDX-License-Identifier: ISC
"""The kiosk's sentences, by the rules of a plain-language guide: short, one
thought each, one word for a thing and one name for a key, in each language.
What a machine can't hold, somebody has read aloud."""

import os
import re
import unittest

from lib.sources import source
from system.test_language import CATALOGUES, Language, entries

# The most words of a sentence; a guide's average is 15.
LONGEST = 14
# What an operator reads: it names a key of atm.ini, a file or a tool.
OPERATORS = re.compile(r"^(%s|kiosk|bank|cash)[.:]|OpenSSL|Ed25519|"
                       r"certificate$|certificate has expired")
# Words of nobody's who stands at a cash machine.
NOT_A_CUSTOMERS = re.compile(
    r"\b(go on|shall|link|kiosk|host|hand(ed)? out|carr(y|ied) out|booked|"
    r"taken back|elsewhere|whom|can be entered)\b")
# The word for a thing, in Spanish and in Arabic.
TERMS = {
    r"(?<!transaction )\bIDs?\b": ("identificador", "مستخدم"),
    r"\baccounts?\b(?! balance$)": ("cuenta", "حساب"),
    r"\bamounts?\b": ("importe", "مبلغ"),
    r"\bbalances?\b": ("saldo", "رصيد|أرصد"),
    r"\bbank\b": ("banco", "بنك"),
    r"\bchecking\b(?! your)": ("corriente", "جاري"),
    r"\bdeposit(s|ed)?\b": ("dep[oó]sit", "إيداع|ودع"),
    r"(?<!own )\bentr(y|ies)\b": ("movimiento", "حرك"),
    r"\blanguage\b": ("idioma", "لغة"),
    r"\bmachine('s)?\b": ("cajero", "جهاز"),
    r"\bmessage\b": ("mensaje", "رسالة"),
    r"\bnotices?\b": ("aviso", "إشعار"),
    r"\bpasswords?\b": ("clave", "كلم"),
    r"\breceipts?\b": ("recibo", "إيصال"),
    r"\brecipient('s)?\b": ("destinatario", "مستلم"),
    r"\breference\b": ("referencia", "مرجع"),
    r"\bsavings\b": ("ahorros", "توفير"),
    r"\bstatement\b": ("movimientos", "كشف"),
    r"\btransaction(s)?\b": ("operaci[oó]n|rechazos", "عملي"),
    r"\btransfers?\b": ("transf", "حو"),
    r"\bwithdraw(al|als|n)?\b": ("retir", "سحب|سحوب"),
}
# A key is called what its cap says, everywhere.
KEYS = {
    r"^Enter(:|$)": ("Intro", "إدخال"),
    r"^Esc\b": ("Esc", "Esc"),
    r"^Space$": ("Espacio", "مسافة"),
    r"^Backspace$": ("Retroceso", "Backspace"),
    r"\bHome\b": ("Inicio", "Home"),
    r"\bEnd\b": ("Fin", "End"),
    r"\bDel\b": ("Supr", "Del"),
    r"^PgUp\b": ("RePág", "PgUp"),
    r"^PgDn\b": ("AvPág", "PgDn"),
    r"[Pp]ress any key": ("[Pp]ulse una tecla", "اضغط أي مفتاح"),
}
# To a customer a bank says usted.
TO_A_FRIEND = re.compile(
    r"\b(tú|tu|tus|te|ti|contigo|pulsa|elige|escribe|introduce|toma|espera|"
    r"mira|vuelve|puedes|quieres|tienes|necesitas|deseas|sal|"
    r"inténtalo)\b", re.I)
SECOND_NAMES = {
    "es.po": re.compile(r"\b(contraseña|monto|retirada|transacci[oó]n|"
                        r"comprobante|entrar?:|Enter|Return|anfitri[oó]n|"
                        r"llegar al banco)\b", re.I),
    "ar.po": re.compile("رقم التعريف|كلمة المرور|المصرف|معاملة|[?,;]"),
}


def spoken(text):
    """Without what printf(3) puts there."""
    return re.sub(r"%(?:\d\$)?[-+ 0#]*(?:\d+|\*)?(?:\.(?:\d+|\*))?"
                  r"(?:hh|h|ll|l|z)?[a-z]", "x", text)


def sentences(text):
    return [part for part in re.split(r"[.?!؟:](?:\s+|$)", spoken(text))
            if re.search(r"\w", part)]


class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Language.setUpClass()
        cls.english = sorted(
            {text for pair in Language.wanted for text in pair if text})
        # Theirs are the wire's, and the seeds'.
        table = source("atm-tui", "intl.c").split("reply_words[] = {")[1]
        cls.given = set(re.findall(r'N_\("([^"]*)"\)',
                                   table.split("};")[0])) | {
            "Please select one of the following actions "
            "(enter 1, 2, or 3):",
            "It's %1$s on a beautiful %2$s, %3$s %4$d"}
        cls.catalogues = {}
        for path in CATALOGUES:
            with open(path) as f:
                cls.catalogues[os.path.basename(path)] = list(
                    entries(f.read()))[1:]

    def customers(self):
        return [text for text in self.english
                if text not in self.given and not OPERATORS.search(text)]

    def translations(self):
        """(catalogue, English, translation) of each form."""
        for name, catalogue in self.catalogues.items():
            for one, many, texts, _ in catalogue:
                for text in texts:
                    yield name, one, text

    def test_sentences_are_short(self):
        said = [("en", text, text) for text in self.english]
        for name, one, text in said + list(self.translations()):
            if OPERATORS.search(one):
                continue
            for sentence in sentences(text):
                self.assertLessEqual(len(sentence.split()), LONGEST,
                                     "%s: %s" % (name, sentence))

    def test_one_thought_a_sentence(self):
        """No semicolon joins two; more than one, and each has its end."""
        said = [("en", text, text) for text in self.customers()]
        for name, one, text in said + list(self.translations()):
            if OPERATORS.search(one) or one in self.given:
                continue
            with self.subTest(catalogue=name, text=text):
                self.assertNotRegex(text, "[;؛]")
                if re.search(r"\w[.?!؟] +[\w¿¡]", text):
                    self.assertRegex(text, r"([.?!؟:]|\. _ -|\d \w+)$")

    def test_the_customers_words(self):
        for text in self.customers():
            self.assertNotRegex(text, NOT_A_CUSTOMERS)
            self.assertLessEqual(
                len(re.findall(r"\bplease\b", text, re.I)), 1, text)

    def test_a_thing_has_one_word(self):
        for name, one, text in self.translations():
            for term, words in TERMS.items():
                if OPERATORS.search(one):
                    continue
                if re.search(term, one, 0 if "ID" in term else re.I):
                    with self.subTest(catalogue=name, text=one):
                        self.assertRegex(text.lower(), words[name == "ar.po"])

    def test_and_no_other(self):
        for name, one, text in self.translations():
            if not OPERATORS.search(one):
                # A key's name among words, as in `and ? to hear`.
                words = re.sub(r"(?<= )[?*](?= )", "", text)
                with self.subTest(catalogue=name, text=one):
                    self.assertNotRegex(words, SECOND_NAMES[name])

    def test_a_key_has_one_name(self):
        for name, one, text in self.translations():
            for key, names in KEYS.items():
                if re.search(key, one):
                    self.assertRegex(text, names[name == "ar.po"], name)

    def test_spanish_is_polite(self):
        for name, one, text in self.translations():
            if name == "es.po":
                self.assertNotRegex(text, TO_A_FRIEND)

    def test_spanish_marks_come_in_pairs(self):
        for name, one, text in self.translations():
            if name == "es.po":
                words = text.replace(" ? ", " ")    # a key's name
                for opened, closed in ("¿?", "¡!"):
                    self.assertEqual(
                        words.count(opened), words.count(closed), text)


if __name__ == "__main__":
    unittest.main()
