/** Random C arithmetic over constants and the globals of values.c, as text. What crashes or misleads GDB 13 is not made. */
import fc from 'fast-check'

const integerNames =
  'c_a c_minus c_high sc_min sc_max uc_max s_min s_max us_max i_min i_max i_minus u_max l_min l_max ul_max ll_min ull_max i8 u8 i16 u64 size difference chain e_blue e_flags e_big e_wide bits.a bits.d bits.h bits.i bits.l bits.m point.x points[1].y target_array[2] number.bytes[2] w_cjk c16_e'.split(
    ' ',
  )
const realNames = 'f_tenth f_third f_million d_tenth d_third d_pi d_e22 d_tie ld_third ld_tenth ld_minus number.f vec2f[1]'.split(' ')

const integer = fc.oneof(
  fc.constantFrom(...integerNames),
  fc
    .tuple(
      fc.oneof(fc.nat(100), fc.constantFrom(255, 256, 32767, 65535, 2147483647, 2147483648, 4294967295, 4294967296, 9007199254740991)),
      fc.constantFrom('', '', 'u', 'l', 'ul', 'll', 'ull'),
      fc.boolean(),
    )
    .map(([value, suffix, hex]) => (hex ? `0x${value.toString(16)}` : String(value)) + suffix),
  fc.constantFrom("'a'", "'\\0'", "'\\377'", 'sizeof(long)', 'sizeof point', 'FLAG_B', 'BLUE', 'MINUS'),
)

const real = fc.oneof(
  fc.constantFrom(...realNames),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e15 }).map(constant),
  fc.constantFrom('1.5', '0.1f', '1e10', '3.25L', '.5', '7.', '1e-5f', '0x1.8p4'),
)

/** As a C constant that no reader takes for an integer. */
function constant(value: number): string {
  const text = String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

const { whole } = fc.letrec<{ whole: string; any: string }>((tie) => ({
  whole: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    integer,
    fc
      .tuple(tie('whole'), fc.constantFrom('+', '-', '*', '&', '|', '^', '==', '!=', '<', '>', '<=', '>=', '&&', '||'), tie('whole'))
      .map(infix),
    // A divisor that may be -1 or a count that is no count crashes GDB, or is undefined in C.
    fc.tuple(tie('whole'), fc.constantFrom('/', '%'), fc.integer({ min: 2, max: 1000 }).map(String)).map(infix),
    // GDB shifts an enum without making an integer of it first.
    fc
      .tuple(tie('whole'), fc.constantFrom('<<', '>>'), fc.integer({ min: 0, max: 31 }).map(String))
      .map(([left, operator, right]) => `((${left}) + 0) ${operator} ${right}`),
    fc.tuple(fc.constantFrom('~', '!'), tie('whole')).map(([operator, operand]) => `${operator}(${operand})`),
    fc.tuple(fc.constantFrom('-', '+'), tie('whole')).map(([operator, operand]) => `${operator}((${operand}) + 0)`),
    fc
      .tuple(
        fc.constantFrom(
          'char',
          'unsigned char',
          'short',
          'unsigned short',
          'int',
          'unsigned',
          'long',
          'unsigned long',
          'long long',
          'uint8_t',
          'int16_t',
          'size_t',
          'count_t',
        ),
        tie('whole'),
      )
      .map(([type, operand]) => `(${type})(${operand})`),
    fc.tuple(tie('whole'), tie('whole'), tie('whole')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
  any: fc.constant(''),
}))

const { any } = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    real,
    whole,
    fc.tuple(tie('any'), fc.constantFrom('+', '-', '*', '/', '==', '!=', '<', '>', '<=', '>='), real).map(infix),
    fc.tuple(real, fc.constantFrom('+', '-', '*', '<', '>'), tie('any')).map(infix),
    fc.tuple(fc.constantFrom('float', 'double', 'long double'), tie('any')).map(([type, operand]) => `(${type})(${operand})`),
    tie('any').map((operand) => `-((${operand}) + 0)`),
  ),
}))

function infix([left, operator, right]: readonly [string, string, string]): string {
  return `(${left}) ${operator} (${right})`
}

export const arithmeticExpression: fc.Arbitrary<string> = any
