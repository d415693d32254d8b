/**
 * The numbers of DWARF 5 (chapter 7, "Data Representation") and of the GNU extensions that this reader needs, under the names of
 * the specification. Single constants, not objects: the scan of scanner.ts compares with them for every entry of a file.
 */

// DW_TAG_*: table 7.3
export const TAG_ARRAY_TYPE = 0x01
export const TAG_CLASS_TYPE = 0x02
export const TAG_ENUMERATION_TYPE = 0x04
export const TAG_FORMAL_PARAMETER = 0x05
export const TAG_LEXICAL_BLOCK = 0x0b
export const TAG_MEMBER = 0x0d
export const TAG_POINTER_TYPE = 0x0f
export const TAG_REFERENCE_TYPE = 0x10
export const TAG_STRING_TYPE = 0x12
export const TAG_STRUCTURE_TYPE = 0x13
export const TAG_SUBROUTINE_TYPE = 0x15
export const TAG_TYPEDEF = 0x16
export const TAG_UNION_TYPE = 0x17
export const TAG_UNSPECIFIED_PARAMETERS = 0x18
export const TAG_INLINED_SUBROUTINE = 0x1d
export const TAG_PTR_TO_MEMBER_TYPE = 0x1f
export const TAG_SET_TYPE = 0x20
export const TAG_SUBRANGE_TYPE = 0x21
export const TAG_BASE_TYPE = 0x24
export const TAG_CONST_TYPE = 0x26
export const TAG_ENUMERATOR = 0x28
export const TAG_FILE_TYPE = 0x29
export const TAG_SUBPROGRAM = 0x2e
export const TAG_VARIABLE = 0x34
export const TAG_VOLATILE_TYPE = 0x35
export const TAG_RESTRICT_TYPE = 0x37
export const TAG_INTERFACE_TYPE = 0x38
export const TAG_UNSPECIFIED_TYPE = 0x3b
export const TAG_RVALUE_REFERENCE_TYPE = 0x42
export const TAG_COARRAY_TYPE = 0x44
export const TAG_DYNAMIC_TYPE = 0x46
export const TAG_ATOMIC_TYPE = 0x47

const tagNames: Record<number, string> = {
  [TAG_CLASS_TYPE]: 'class_type',
  [TAG_REFERENCE_TYPE]: 'reference_type',
  [TAG_STRING_TYPE]: 'string_type',
  [TAG_PTR_TO_MEMBER_TYPE]: 'ptr_to_member_type',
  [TAG_SET_TYPE]: 'set_type',
  [TAG_SUBRANGE_TYPE]: 'subrange_type',
  [TAG_FILE_TYPE]: 'file_type',
  [TAG_INTERFACE_TYPE]: 'interface_type',
  [TAG_UNSPECIFIED_TYPE]: 'unspecified_type',
  [TAG_RVALUE_REFERENCE_TYPE]: 'rvalue_reference_type',
  [TAG_COARRAY_TYPE]: 'coarray_type',
  [TAG_DYNAMIC_TYPE]: 'dynamic_type',
}

/** `DW_TAG_string_type`, for messages; a number where this reader has no name. */
export function tagName(tag: number): string {
  const name = tagNames[tag]
  return name === undefined ? `DW_TAG 0x${tag.toString(16)}` : `DW_TAG_${name}`
}

// DW_AT_*: table 7.5
export const AT_SIBLING = 0x01
export const AT_LOCATION = 0x02
export const AT_NAME = 0x03
export const AT_BYTE_SIZE = 0x0b
export const AT_BIT_OFFSET = 0x0c
export const AT_BIT_SIZE = 0x0d
export const AT_STMT_LIST = 0x10
export const AT_LOW_PC = 0x11
export const AT_LANGUAGE = 0x13
export const AT_COMP_DIR = 0x1b
export const AT_CONST_VALUE = 0x1c
export const AT_LOWER_BOUND = 0x22
export const AT_PRODUCER = 0x25
export const AT_PROTOTYPED = 0x27
export const AT_UPPER_BOUND = 0x2f
export const AT_ABSTRACT_ORIGIN = 0x31
export const AT_COUNT = 0x37
export const AT_DATA_MEMBER_LOCATION = 0x38
export const AT_DECL_FILE = 0x3a
export const AT_DECL_LINE = 0x3b
export const AT_DECLARATION = 0x3c
export const AT_ENCODING = 0x3e
export const AT_EXTERNAL = 0x3f
export const AT_SPECIFICATION = 0x47
export const AT_TYPE = 0x49
export const AT_RANGES = 0x55
export const AT_DATA_BIT_OFFSET = 0x6b
export const AT_STR_OFFSETS_BASE = 0x72
export const AT_ADDR_BASE = 0x73
export const AT_GNU_VECTOR = 0x2107

// DW_FORM_*: table 7.6
export const FORM_ADDR = 0x01
export const FORM_BLOCK2 = 0x03
export const FORM_BLOCK4 = 0x04
export const FORM_DATA2 = 0x05
export const FORM_DATA4 = 0x06
export const FORM_DATA8 = 0x07
export const FORM_STRING = 0x08
export const FORM_BLOCK = 0x09
export const FORM_BLOCK1 = 0x0a
export const FORM_DATA1 = 0x0b
export const FORM_FLAG = 0x0c
export const FORM_SDATA = 0x0d
export const FORM_STRP = 0x0e
export const FORM_UDATA = 0x0f
export const FORM_REF_ADDR = 0x10
export const FORM_REF1 = 0x11
export const FORM_REF2 = 0x12
export const FORM_REF4 = 0x13
export const FORM_REF8 = 0x14
export const FORM_REF_UDATA = 0x15
export const FORM_INDIRECT = 0x16
export const FORM_SEC_OFFSET = 0x17
export const FORM_EXPRLOC = 0x18
export const FORM_FLAG_PRESENT = 0x19
export const FORM_STRX = 0x1a
export const FORM_ADDRX = 0x1b
export const FORM_REF_SUP4 = 0x1c
export const FORM_STRP_SUP = 0x1d
export const FORM_DATA16 = 0x1e
export const FORM_LINE_STRP = 0x1f
export const FORM_REF_SIG8 = 0x20
export const FORM_IMPLICIT_CONST = 0x21
export const FORM_LOCLISTX = 0x22
export const FORM_RNGLISTX = 0x23
export const FORM_REF_SUP8 = 0x24
export const FORM_STRX1 = 0x25
export const FORM_STRX2 = 0x26
export const FORM_STRX3 = 0x27
export const FORM_STRX4 = 0x28
export const FORM_ADDRX1 = 0x29
export const FORM_ADDRX2 = 0x2a
export const FORM_ADDRX3 = 0x2b
export const FORM_ADDRX4 = 0x2c
export const FORM_GNU_ADDR_INDEX = 0x1f01
export const FORM_GNU_STR_INDEX = 0x1f02
export const FORM_GNU_REF_ALT = 0x1f20
export const FORM_GNU_STRP_ALT = 0x1f21

// DW_UT_*: table 7.2
export const UT_COMPILE = 0x01
export const UT_TYPE = 0x02
export const UT_SKELETON = 0x04
export const UT_SPLIT_COMPILE = 0x05
export const UT_SPLIT_TYPE = 0x06

// DW_ATE_*: table 7.11
export const ATE_BOOLEAN = 0x02
export const ATE_COMPLEX_FLOAT = 0x03
export const ATE_FLOAT = 0x04
export const ATE_SIGNED = 0x05
export const ATE_SIGNED_CHAR = 0x06
export const ATE_UNSIGNED = 0x07
export const ATE_UNSIGNED_CHAR = 0x08
export const ATE_DECIMAL_FLOAT = 0x0f
export const ATE_UTF = 0x10

// DW_OP_*: table 7.9; those a location of a variable with static storage is made of
export const OP_ADDR = 0x03
export const OP_CONST1U = 0x08
export const OP_CONST1S = 0x09
export const OP_CONST2U = 0x0a
export const OP_CONST2S = 0x0b
export const OP_CONST4U = 0x0c
export const OP_CONST4S = 0x0d
export const OP_CONST8U = 0x0e
export const OP_CONST8S = 0x0f
export const OP_CONSTU = 0x10
export const OP_CONSTS = 0x11
export const OP_PLUS = 0x22
export const OP_PLUS_UCONST = 0x23
export const OP_LIT0 = 0x30
export const OP_LIT31 = 0x4f
export const OP_FORM_TLS_ADDRESS = 0x9b
export const OP_IMPLICIT_VALUE = 0x9e
export const OP_STACK_VALUE = 0x9f
export const OP_ADDRX = 0xa1
export const OP_CONSTX = 0xa2
export const OP_GNU_PUSH_TLS_ADDRESS = 0xe0
export const OP_GNU_ADDR_INDEX = 0xfb
export const OP_GNU_CONST_INDEX = 0xfc
