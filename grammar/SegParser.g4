// Segue (.seg): parser, for Debian's antlr4 tool 4.7.2 (-Dlanguage=Cpp) and runtime 4.9. Exact
// ambiguity detection finds no rule file with two readings, and SLL prediction is enough.
//
// One chain of precedence carries conditions, signals and arithmetic alike; what a name is (signal,
// trait, score, property) and whether the parts fit is the checker's business. So a parenthesis
// opens exactly one rule, `group`:
//   unless < or < and < not < for D < predicate (comparison, window, then) < + - < * / < sign
//   < primary
parser grammar SegParser;
options { tokenVocab = SegLexer; }

file : declaration* EOF ;

declaration
  : useDecl | zoneDecl | eventDecl | traitDecl | paramDecl | listDecl | signalDecl | funnelDecl
  | scoreDecl | segmentDecl | testDecl | laterDecl
  ;

// ---- names --------------------------------------------------------------------------------------
// ownName: what a rule file invents (segments, scores, bands, lists, params, library parts): never
// a keyword.
// word:    what comes off the wire (events, traits, properties): any keyword that is not reserved.
// key:     after a dot, or before a colon: anything.
ownName : NAME | OTHER | CHANGES | CASE | GAP ;
word : NAME | SET | plainWord ;
plainWord : openingWord | operandWord | followingWord ;
key : word | reserved | TEXT ;
path : (word | TEXT) (DOT key)* ;
ownPath : ownName (DOT key)* ;

openingWord
  : USE | ZONE | EVENT | TRAIT | PARAM_KW | LIST | SIGNAL | FUNNEL | SCORE | SEGMENT | TEST | FLOW
  | REPORT | LEARN | ENTITY | STAGE | GOAL | WHEN | UNTIL | STAY | COOLDOWN | HALF_LIFE | MIN | MAX
  | BAND | TIMES | ONCE | USER | EXPECT | ENTERS | LEAVES | OTHER | CHANGES
  ;
operandWord
  : ANY | ALL | NONE | AT | LEAST | FIRST | LAST | ENTERED | LEFT | CHANGED | REACHED | SESSIONS
  ;
followingWord
  : IS | WAS | HAS | EXISTS | MISSING | CONTAINS | STARTS | ENDS | MATCHES | IGNORING | CASE | ON
  | OF | THE | EACH | FULL | PERIODS | STREAK | WITHIN | BETWEEN | AGO | SINCE | BEFORE | AFTER
  | FROM | TO | EVER | NEXT | LATER | THIS | TODAY | YESTERDAY | TOMORROW | BY | AMONG | WITHOUT
  | EXCEPT | WITH | GAP | UNIT | NULL_VALUE
  ;
reserved
  : AND | OR | NOT | UNLESS | TRUE | FALSE | IN | NO | NEVER | WHERE | THEN | FOR | IF | NOW
  ;

// ---- literals -----------------------------------------------------------------------------------
number : NUMBER | PARAM ;
duration : DURATION | PARAM ;
signedNumber : MINUS? NUMBER ;
scalar : TEXT | signedNumber | TRUE | FALSE | DATE | INSTANT | DURATION | PARAM ;
scalars : LPAR (scalar (COMMA scalar)* COMMA?)? RPAR ;
bound : MINUS? number | DURATION | DATE | INSTANT ;
range : bound RANGE bound ;
compare : EQ | NE | LT | LE | GT | GE ;
// in tests: JSON with bare keys
value : scalar | NULL_VALUE | record | LBRACK (value (COMMA value)* COMMA?)? RBRACK ;
record : LBRACE (key COLON value (COMMA key COLON value)* COMMA?)? RBRACE ;

// ---- declarations -------------------------------------------------------------------------------
useDecl : USE (ownPath | TEXT) ;
zoneDecl : ZONE (TEXT | USER DOT key) ;
eventDecl : EVENT word (TEXT (OR TEXT)*)? fields? ;
fields : LBRACE (field COMMA?)* RBRACE ;
// `sku "Product SKU": text`
field : key TEXT? COLON type ;
type : typeName QUESTION? limit? ;
// NAME: text number truth date instant duration
typeName : LIST OF typeName | fields | NAME ;
limit : compare signedNumber | IN (scalars | range) ;
traitDecl : TRAIT word TEXT? (COLON type | EQ condition) ;
paramDecl : PARAM_KW ownName EQ scalar (IN (range | scalars))? ;
listDecl : LIST ownName (FROM TEXT | EQ scalars) ;
signalDecl : SIGNAL word (LPAR PARAM RPAR)? EQ filtered ;
funnelDecl : FUNNEL ownName EQ condition ;
segmentDecl : SEGMENT ownName TEXT? (EQ condition | LBRACE segmentClause* RBRACE) ;
segmentClause
  : STAGE word | GOAL TEXT | WHEN condition | UNTIL condition | STAY AT LEAST duration
  | COOLDOWN duration
  // other metadata: before `when`, so that it is no argument
  | NAME TEXT
  ;
// "not yet": reported by the checker
laterDecl : (FLOW | REPORT | LEARN | ENTITY) ownName TEXT? balanced ;
balanced : LBRACE (balanced | ~(LBRACE | RBRACE))* RBRACE ;

// ---- scores: header, terms, bands, in that order (so that a header's window is never a term's) --
scoreDecl : SCORE ownName TEXT? LBRACE scoreHeader* scoreTerm* band* RBRACE ;
scoreHeader : WITHIN duration | HALF_LIFE duration | MIN signedNumber | MAX signedNumber
  | STAGE word | GOAL TEXT | NAME TEXT ;
scoreTerm : (PLUS | MINUS) number (IF condition | occurrences (MAX number TIMES | ONCE)?) ;
// a sequence's own `within` is a gap: to give it a window, parenthesise
occurrences : primary (window | sequenceTail)? ;
band : BAND ownName (compare signedNumber)? ;

// ---- conditions ---------------------------------------------------------------------------------
// `where` reaches to the end of its declaration or parenthesis
filtered : condition (WHERE condition)? ;
condition : disjunction (UNLESS disjunction)? ;
disjunction : conjunction (OR conjunction)* ;
conjunction : negation (AND negation)* ;
negation : NOT negation | held ;
held : predicate (FOR (AT LEAST)? duration)? ;

predicate
  : NEVER step                                                                       # never
  | NO step window?                                                                  # absent
  | IN (ownPath | ANY OF LPAR ownPath (COMMA ownPath)* COMMA? RPAR)                  # member
  | quantifier OF LPAR condition (COMMA condition)* COMMA? RPAR                      # quantified
  | REACHED group compare number allWithin? window?                                  # depth
  | sum tail?                                                                        # plain
  ;
quantifier : ALL | ANY | NONE | AT LEAST number ;

tail
  : compare sum ignoring? (window | periods)?
  | NOT? IN (range | scalars | ownPath) ignoring? (window | periods)?
  | (window | periods)
  | IS NOT? (MISSING | calendarDay | ownName)
  | EXISTS
  | HAS ((ANY | ALL | NONE) OF (scalars | ownPath) | sum) ignoring?
  | (CONTAINS | STARTS WITH | ENDS WITH | MATCHES) sum ignoring?
  | WAS NOT? group window?
  | ON compare number (OF THE LAST number FULL? UNIT | UNIT window?)
  | STREAK compare number UNIT
  | REACHED compare number window?
  | sequenceTail
  ;
ignoring : IGNORING CASE ;
calendarDay
  : TODAY | YESTERDAY | TOMORROW | (THIS | LAST | NEXT) UNIT | number UNIT (AGO | FROM NOW)
  ;

// ---- windows ------------------------------------------------------------------------------------
window
  : WITHIN NEXT? duration ((BEFORE | AFTER) anchor)?
  | BETWEEN duration AND duration AGO
  | IN THE LAST number FULL? UNIT
  | (THIS | LAST) UNIT
  | TODAY | YESTERDAY | EVER
  | SINCE anchor
  | (BEFORE | AFTER) anchor
  | FROM anchor TO anchor
  ;
periods : IN (EACH | compare number) OF THE LAST number PERIODS OF duration ;
anchor : (FIRST | LAST) step | instant | ownPath | PARAM ;
instant : DATE | INSTANT | NOW | DURATION (AGO | FROM NOW) ;

// ---- sequences ----------------------------------------------------------------------------------
thenStep
  : THEN (NO LATER? | NEXT | LATER)? step (AFTER duration)? (WITHIN duration)? (WITHOUT step)?
  ;
sequenceTail : thenStep+ sequenceSuffix* among? | among ;
sequenceSuffix : allWithin | BY path ;
among : AMONG LPAR filtered (COMMA filtered)* COMMA? RPAR ;
allWithin : ALL WITHIN duration ;
step     // a signal beside another word: keywords go in parentheses
  : NAME argument? | TEXT | ANY (EXCEPT excluded)? | group
  | (ENTERED | LEFT) ownName | CHANGED ownPath changeTo?
  ;
excluded : NAME argument? | TEXT | group ;
argument : NAME | TEXT | NUMBER | PARAM ;
changeTo : (FROM changeValue)? TO changeValue ;
changeValue : TEXT | signedNumber | TRUE | FALSE ;

// ---- operands -----------------------------------------------------------------------------------
sum : product ((PLUS | MINUS) product)* ;
product : unary ((STAR | SLASH) unary)* ;
unary : MINUS? primary ;
primary
  : group sequenceSuffix* (EXCEPT excluded)?                                         # grouped
  | callName LPAR (filtered (COMMA filtered)* COMMA?)? RPAR                          # call
  | (FIRST | LAST) step1                                                             # ordinal
  | TIME_SINCE anchor                                                                # elapsed
  | ANY ownPath WHERE group                                                          # anyItem
  | SESSIONS OF step WITH GAP duration                                               # sessions
  | (ENTERED | LEFT) ownName                                                         # crossing
  | CHANGED ownPath changeTo?                                                        # change
  | NAME argument (EXCEPT excluded)?                                                 # applied
  | path (EXCEPT excluded)?                                                          # name
  | instant                                                                          # moment
  | (NUMBER | DURATION | TRUE | FALSE | PARAM)                                       # literal
  ;
// `first (…)` is a call: the checker reads first(signal) as first signal
step1 : NAME argument? | TEXT | ANY ;
callName : NAME | MIN | MAX | FIRST | LAST ;
group : LPAR filtered RPAR ;

// ---- tests --------------------------------------------------------------------------------------
testDecl : TEST TEXT LBRACE setup* testUser* expectation* RBRACE ;
setup : WITH PARAM EQ scalar ;
testUser : USER ownName LBRACE happening* RBRACE ;
// `alias anon`, `delete`: calls, known by their names, so that both stay names elsewhere
happening
  : (INSTANT | PLUS DURATION) (SET record | NAME ownName | (NAME | plainWord | TEXT) record?) ;
expectation
  : EXPECT ( ownName (ENTERS | LEAVES | NOT? IN) ownName AT INSTANT
           | ownName OF ownName EQ signedNumber AT INSTANT
           | NO OTHER CHANGES )
  ;
