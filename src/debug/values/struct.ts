/**
 * Structs and unions: one class a type, made when a value of the type is first read. Its fields are accessors with constant
 * offsets on the prototype (closures: measured as fast as generated code, and no code is generated); anonymous members' fields
 * are the outer type's own. value-types.ts `Struct` says what a script sees.
 */
import { InvivoError } from '../../errors.ts'
import { highPlus } from '../address.ts'
import { nearNames } from '../near-names.ts'
import { isCompound, stripTypedefs, type CompoundType, type Member } from '../../symbols/type.ts'
import type { Struct } from '../value-types.ts'
import { BitFieldCodec } from './bit-fields.ts'
import { Codec, SnapshotBudget, type Space } from './codec.ts'
import { EnumCodec } from './enums.ts'
import { IntegerCodec, readBigInt } from './integers.ts'
import { MAX_FAST_OFFSET } from './fields.ts'
import { fieldPosition, ScalarCodec } from './scalar.ts'
import { OpaqueCodec } from './opaque.ts'
import { Place } from './place.ts'
import { CAST_SITE, Site } from './site.ts'
import { classFor, CODEC, PLACE, View, type ViewClass } from './view.ts'

/** Nesting of anonymous members that is followed; a damaged file may nest without end. */
const MAX_ANONYMOUS = 64
/** Members looked at for one type; the same file may fan out. The largest struct of the Linux kernel has 600. */
const MAX_MEMBERS = 20_000
/** Bits of a bit field; `_BitInt` may be wide, more is damage. */
const MAX_WIDTH = 4096

export interface Field {
  readonly name: string
  readonly member: Member
  readonly site: Site
  readonly codec: Codec
  readonly accessors: PropertyDescriptor
}

export class StructView extends View implements Struct {
  declare readonly [CODEC]: CompoundCodec

  override get $type(): CompoundType {
    return this[CODEC].type
  }

  get $raw(): { readonly [field: string]: bigint } {
    return this[CODEC].raw(this)
  }

  $at(index: number): this {
    const codec = this[CODEC]
    const offset = index * codec.size
    const { hi, lo } = this[PLACE]
    return codec.read(highPlus(hi, lo, offset), (lo + offset) | 0, CAST_SITE, undefined) as this
  }

  $field(name: string): unknown {
    return this[CODEC].field(name).accessors.get?.call(this)
  }

  $fields(): string[] {
    return [...this[CODEC].fields.keys()]
  }

  $snapshot(): Record<string, unknown> {
    return this[CODEC].snapshot(this, new SnapshotBudget())
  }
}

export class CompoundCodec extends Codec {
  declare readonly type: CompoundType
  /** Where a struct of this type was first seen embedded: what an anonymous one is called by in messages. */
  home: Site | undefined = undefined
  #class: ViewClass | undefined
  #rawClass: (new (view: StructView) => { readonly [field: string]: bigint }) | undefined
  #fields: ReadonlyMap<string, Field> | undefined

  constructor(space: Space, type: CompoundType) {
    super(space, type, type.size)
  }

  /** The class of this type's values. */
  get viewClass(): ViewClass {
    return (this.#class ??= this.#makeClass())
  }

  /** By C name; anonymous members' fields as the type's own, the first of one name. */
  get fields(): ReadonlyMap<string, Field> {
    return (this.#fields ??= this.#makeFields())
  }

  /** @throws InvivoError NOT_FOUND. */
  field(name: string): Field {
    const found = this.fields.get(name)
    if (found !== undefined) return found
    throw new InvivoError('NOT_FOUND', `${this.space.spell(this.type)} has no field '${name}'${nearNames(name, this.fields.keys())}`)
  }

  override read(hi: number, lo: number, site: Site, owner: View | undefined): View {
    return new this.viewClass(new Place(hi, lo, site, owner, 0))
  }

  override snapshot(value: unknown, budget: SnapshotBudget): Record<string, unknown> {
    return budget.within(this, this.fields.size, () => {
      const plain: Record<string, unknown> = {}
      for (const [name, { codec, accessors }] of this.fields) {
        // defineProperty: a field may be called __proto__.
        const field = { value: codec.snapshot(accessors.get?.call(value), budget), enumerable: true, writable: true, configurable: true }
        Object.defineProperty(plain, name, field)
      }
      return plain
    })
  }

  override accessors(site: Site): PropertyDescriptor {
    this.home ??= site
    const { offset } = site
    const general = super.accessors(site)
    if (offset > MAX_FAST_OFFSET) return general
    // oxlint-disable-next-line typescript/no-this-alias
    const codec = this
    let viewClass: ViewClass | undefined
    return {
      ...general,
      get(this: StructView) {
        viewClass ??= codec.viewClass
        const place = this[PLACE]
        const lo = (place.lo + offset) | 0
        return new viewClass(new Place(lo >>> 0 < place.lo >>> 0 ? (place.hi + 1) | 0 : place.hi, lo, site, this, 0))
      },
    }
  }

  raw(view: StructView): { readonly [field: string]: bigint } {
    return new (this.#rawClass ??= this.#makeRawClass())(view)
  }

  #makeClass(): ViewClass {
    const made = classFor(StructView, this, this.type.name ?? this.type.kind)
    for (const [name, { accessors }] of this.fields) {
      if (!name.startsWith('$')) Object.defineProperty(made.prototype, name, { ...accessors, enumerable: true, configurable: true })
    }
    return made
  }

  #makeFields(): Map<string, Field> {
    const fields = new Map<string, Field>()
    this.#collect(this.type, 0, fields, 0, { members: MAX_MEMBERS })
    return fields
  }

  #collect(type: CompoundType, startBit: number, fields: Map<string, Field>, depth: number, left: { members: number }): void {
    for (const member of type.members) {
      if (left.members-- <= 0) return
      const bit = startBit + member.bitOffset
      if (member.name === undefined) {
        const inner = stripTypedefs(member.type)
        if (isCompound(inner) && depth < MAX_ANONYMOUS) this.#collect(inner, bit, fields, depth + 1, left)
        continue
      }
      if (fields.has(member.name)) continue
      const valid = Number.isSafeInteger(bit) && bit >= 0
      const site = new Site('field', member.name, this, valid ? Math.floor(bit / 8) : 0)
      const codec = valid ? this.#fieldCodec(member, bit % 8) : new OpaqueCodec(this.space, member.type, 0)
      fields.set(member.name, { name: member.name, member, site, codec, accessors: codec.accessors(site) })
    }
  }

  #fieldCodec({ type, bitSize }: Member, startBit: number): Codec {
    if (bitSize === undefined) return this.space.codec(type)
    return bitSize >= 1 && bitSize <= MAX_WIDTH
      ? new BitFieldCodec(this.space, type, startBit, bitSize)
      : new OpaqueCodec(this.space, type, 0)
  }

  #makeRawClass(): new (view: StructView) => { readonly [field: string]: bigint } {
    const { memory, abi } = this.space
    const made = class RawFields {
      readonly #view: StructView
      constructor(view: StructView) {
        this.#view = view
      }
      static viewOf(raw: RawFields): StructView {
        return raw.#view
      }
    }
    for (const [name, { codec, site }] of this.fields) {
      if (!(codec instanceof ScalarCodec)) continue
      Object.defineProperty(made.prototype, name, {
        get(this: InstanceType<typeof made>) {
          const at = fieldPosition(made.viewOf(this), site, codec.size)
          if (codec instanceof BitFieldCodec) return codec.bits(at)
          const signed = codec instanceof IntegerCodec ? codec.signed : codec instanceof EnumCodec && codec.enumeration.signed
          return readBigInt(memory.data, at, codec.size, signed, abi.little)
        },
        enumerable: true,
        configurable: true,
      })
    }
    return made as unknown as new (view: StructView) => { readonly [field: string]: bigint }
  }
}
